#![doc = include_str!("../README.md")]

mod model;
pub mod postgres;
mod removal;
pub mod sqlite;
mod text;

pub use model::*;
