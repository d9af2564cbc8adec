//! The file of settings: read member by member, so that everything that is wrong with it is told at once, with its place.

use super::{Layer, StoreUrl};
use crate::problem::{Problem, Problems};
use serde::Deserialize;
use std::path::Path;
use toml::Spanned;
use toml::de::DeTable;

/// How many problems of a file are spelt out. One that has more is another kind of file.
const MOST: usize = 20;

impl Layer {
    /// Reads the file. What is wrong with one member does not keep the others from being read.
    #[must_use]
    pub fn read(path: &Path, problems: &mut Problems) -> Self {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => {
                problems.add(Problem::file(path, &error));
                return Self::default();
            }
        };
        let place = |byte: usize| {
            let (line, column) = line_and_column(&text, byte);
            format!("{}:{line}:{column}", path.display())
        };
        // Not the errors' own reports: they repeat lines, and one may be that with the database's password.
        let (table, errors) = DeTable::parse_recoverable(&text);
        let at = |error: &toml::de::Error| error.span().unwrap_or_default().start;
        let mut wrong: Vec<(usize, String)> =
            errors.iter().map(|error| (at(error), error.message().to_owned())).collect();
        let mut layer = Self::default();
        for (name, value) in table.into_inner() {
            let (span, member) = (name.span(), name.get_ref().to_string());
            let start = span.start;
            let alone = Spanned::new(span, DeTable::from_iter([(name, value)]));
            match Self::deserialize(toml::Deserializer::from(alone)) {
                Ok(one) => layer = one.over(layer),
                Err(error) if error.message().contains(&member) => {
                    wrong.push((at(&error), error.message().to_owned()));
                }
                Err(error) => wrong.push((at(&error), format!("{member}: {}", error.message()))),
            }
            layer.places.insert(member, place(start));
        }
        wrong.sort();
        for (byte, words) in wrong.iter().take(MOST) {
            problems.add(Problem::input(format!("{}: {words}", place(*byte))));
        }
        if wrong.len() > MOST {
            let words = format!("{}: and {} more", path.display(), wrong.len() - MOST);
            problems.add(Problem::input(words));
        }
        layer.beside(path.parent().unwrap_or(Path::new("")));
        layer
    }

    /// Lets what the file names be beside the file, wherever the program was started.
    fn beside(&mut self, folder: &Path) {
        for file in [
            &mut self.authentication,
            &mut self.message_key,
            &mut self.tls_certificate,
            &mut self.tls_key,
            &mut self.store_ca,
            &mut self.docs,
            &mut self.ready_file,
        ]
        .into_iter()
        .flatten()
        {
            *file = folder.join(&*file);
        }
        if let Some(store) = &mut self.store
            && let Ok(StoreUrl::Sqlite(path)) = StoreUrl::parse(store)
        {
            *store = format!("sqlite:{}", folder.join(path).display());
        }
    }
}

/// The place of a byte, both numbers from 1, the column in characters.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}
