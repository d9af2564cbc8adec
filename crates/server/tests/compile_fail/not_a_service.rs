//! A router over something that implements nothing.

fn main() {
    untag_server::router(());
}
