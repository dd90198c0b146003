//! Circles among the files of a crate: two that name each other, directly or by way of others, are
//! one file in two pieces, and neither can be read first. So a file names what is in its folder, or
//! is named from there, and not both: what both need has a file in the folder.
//!
//! A file and those in its folder are one room. Rooms name each other in no circle either, at no
//! level.

use std::collections::{BTreeMap, BTreeSet};

/// The names that lead to a module: `filter`, `parse`.
type Module = Vec<String>;
/// From where to where.
type Arrows = BTreeSet<(Module, Module)>;

/// The files of a crate, by their modules.
pub(crate) struct House(BTreeMap<Module, String>);

impl House {
    /// Of files, each with its path below the folder of the crate, `filter/parse.rs`, and its code.
    pub(crate) fn of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let module = |path: &str| match path.trim_end_matches(".rs") {
            "lib" => Module::new(),
            path => path.split('/').map(str::to_owned).collect(),
        };
        let code = |text: &str| {
            let tests = text.split("#[cfg(test)]\nmod tests {");
            tests.into_iter().next().unwrap_or_default().to_owned()
        };
        Self(
            files
                .map(|(path, text)| (module(path), code(text)))
                .collect(),
        )
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The arrows of all circles, `filter/parse -> path`: of files, and of the rooms that a file
    /// makes with its folder, at every level.
    pub(crate) fn circles(&self) -> Vec<String> {
        let arrows = self.arrows();
        let mut circles = in_circles(arrows.clone());
        let levels = self.0.keys().map(Vec::len).max().unwrap_or_default();
        for level in 1..levels {
            // Of one folder: `path -> filter`, also where `path/uri` names `filter/parse`.
            let rooms = arrows.iter().filter_map(|(from, to)| {
                let (from, to) = (from.get(..level)?, to.get(..level)?);
                let is_between = from != to && from[..level - 1] == to[..level - 1];
                is_between.then(|| (from.to_vec(), to.to_vec()))
            });
            circles.extend(in_circles(rooms.collect()));
        }
        let shown =
            |(from, to): &(Module, Module)| format!("{} -> {}", from.join("/"), to.join("/"));
        circles.iter().map(shown).collect()
    }

    /// What files name of the front page that is no room behind it: a type, a function, or what it
    /// hands on. `filter/parse: Error`, where that says `crate::Error` or `super::super::Error`.
    pub(crate) fn names_of_the_front(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (from, text) in self.0.iter().filter(|(from, _)| !from.is_empty()) {
            let paths = paths(text).into_iter();
            let first = |path| self.whole(from, path)?.into_iter().next();
            let no_rooms = paths
                .filter_map(first)
                .filter(|name| !self.0.contains_key(std::slice::from_ref(name)));
            names.extend(no_rooms.map(|name| format!("{}: {name}", from.join("/"))));
        }
        names
    }

    /// Which file names which.
    fn arrows(&self) -> Arrows {
        let mut arrows = Arrows::new();
        for (from, text) in &self.0 {
            let to = paths(text).into_iter();
            let to = to.filter_map(|path| self.place(&self.whole(from, path)?, 0));
            let to = to.filter(|to| from != to);
            arrows.extend(to.map(|to| (from.clone(), to)));
        }
        arrows
    }

    /// A path from the root of the crate on; none where it leads out of the crate, or names no
    /// module.
    fn whole(&self, from: &Module, path: Module) -> Option<Module> {
        let mut base = from.clone();
        let mut rest = path.into_iter().peekable();
        match rest.peek()?.as_str() {
            "crate" => {
                base.clear();
                rest.next();
            }
            "super" | "self" => {
                while let Some(up) = rest.next_if(|name| name == "super" || name == "self") {
                    if up == "super" {
                        base.pop();
                    }
                }
            }
            name => {
                let below: Module = base.iter().cloned().chain([name.to_owned()]).collect();
                self.0.get(&below)?;
            }
        }
        base.extend(rest);
        Some(base)
    }

    /// The module in which that stands which a path names, also where another hands it on.
    fn place(&self, path: &[String], hops: usize) -> Option<Module> {
        let length = (0..=path.len())
            .rev()
            .find(|length| self.0.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        if let (Some(name), true) = (rest.first(), hops < 5) {
            let from = module.to_vec();
            let text = &self.0[module];
            for hand in ["pub use ", "pub(crate) use ", "pub(super) use "] {
                for (position, _) in text.match_indices(hand) {
                    for handed in tree(&text[position + hand.len()..], &[]).0 {
                        if handed.last() == Some(name) {
                            return self.place(&self.whole(&from, handed)?, hops + 1);
                        }
                    }
                }
            }
        }
        Some(module.to_vec())
    }
}

/// Those arrows that are left where what nothing comes from, or nothing leads to, is taken away.
fn in_circles(mut arrows: Arrows) -> Arrows {
    loop {
        let starts: BTreeSet<Module> = arrows.iter().map(|(from, _)| from.clone()).collect();
        let ends: BTreeSet<Module> = arrows.iter().map(|(_, to)| to.clone()).collect();
        let before = arrows.len();
        arrows.retain(|(from, to)| ends.contains(from) && starts.contains(to));
        if arrows.len() == before {
            return arrows;
        }
    }
}

/// Whether a character stands in a name.
fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Every path of a text that has two names or more.
fn paths(text: &str) -> Vec<Module> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut is_start = true;
    while let Some(next) = rest.chars().next() {
        if is_start && (next.is_alphabetic() || next == '_') {
            let (paths, behind) = tree(rest, &[]);
            found.extend(paths.into_iter().filter(|path| path.len() > 1));
            rest = behind;
        } else {
            rest = &rest[next.len_utf8()..];
        }
        // A macro names what stands where it is used.
        is_start = !is_part(next) && next != ':' && next != '$';
    }
    found
}

/// The paths of a tree such as `crate::{path::Location, filter}`, and what stands behind it.
fn tree<'a>(text: &'a str, front: &[String]) -> (Vec<Module>, &'a str) {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut found = Vec::new();
        while !rest.is_empty() && !rest.starts_with('}') {
            let (paths, behind) = tree(rest, front);
            found.extend(paths);
            // `as Other` and the comma.
            let end = behind.find([',', '}']).unwrap_or(behind.len());
            rest = behind[end..].trim_start_matches(',').trim_start();
        }
        return (found, rest.get(1..).unwrap_or_default());
    }
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let (name, behind) = text.split_at(end);
    let path: Module = front.iter().cloned().chain([name.to_owned()]).collect();
    match behind.strip_prefix("::") {
        Some(behind) if behind.starts_with('{') || behind.starts_with(is_part) => {
            tree(behind, &path)
        }
        Some(_) | None => (Vec::from([path]), behind),
    }
}

#[test]
fn a_circle_is_seen() {
    let house = |files: &[(&'static str, &'static str)]| House::of(files.iter().copied()).circles();
    let circle = house(&[
        (
            "lib.rs",
            "pub mod path;\npub mod filter;\npub use filter::Filter;",
        ),
        ("path.rs", "use crate::{error::Error, Filter};"),
        ("filter.rs", "mod parse;"),
        (
            "filter/parse.rs",
            "use super::Filter;\nfn a() { super::super::path::b() }",
        ),
        ("error.rs", "use core::fmt;"),
    ]);
    // Of two rooms, and none of files: the one above names nothing below it.
    assert_eq!(circle, ["filter -> path", "path -> filter"]);
    let circle = house(&[
        ("path.rs", "use crate::filter::{parse as read, Other};"),
        ("filter.rs", "mod parse;\npub use parse::Filter;"),
        ("filter/parse.rs", "fn a() { super::super::path::b() }"),
    ]);
    let all = [
        "filter -> filter/parse",
        "filter -> path",
        "filter/parse -> path",
        "path -> filter",
        "path -> filter/parse",
    ];
    assert_eq!(circle, all);
    // One that is above names what is below it, or is named from there: as a type, as a function
    // or among others.
    for names in [
        "use super::Other;",
        "use crate::filter::{a, b as c};",
        "fn a() { super::b() }",
        "const A: u8 = super::B;",
        "use super::{A, d::{E}};",
    ] {
        let of = |above| house(&[("filter.rs", above), ("filter/parse.rs", names)]);
        assert_eq!(of("use self::parse::Filter;").len(), 2, "{names}");
        assert_eq!(of("fn b() { parse::filter() }").len(), 2, "{names}");
        assert_eq!(of("mod parse;"), [""; 0], "{names}");
    }
    for names in ["use super::super::a;", "fn a() { super::super::a() }"] {
        let above = ("filter.rs", "fn b() { parse::string::read() }");
        let circle = house(&[
            above,
            ("filter/parse.rs", ""),
            ("filter/parse/string.rs", names),
        ]);
        let both = [
            "filter -> filter/parse/string",
            "filter/parse/string -> filter",
        ];
        assert_eq!(circle, both, "{names}");
    }
    // By what hands it on it is not the page above that is named.
    let circle = house(&[
        ("filter.rs", "pub use parse::Filter;"),
        ("filter/parse.rs", ""),
        ("filter/word.rs", "use super::Filter;"),
    ]);
    assert_eq!(circle, [""; 0]);
}

#[test]
fn a_name_of_the_front_is_seen() {
    let names = |path: &'static str, text: &'static str| {
        let front = (
            "lib.rs",
            "mod filter; mod path; pub use path::Path; fn a() {}",
        );
        let files = [front, ("path.rs", ""), ("filter.rs", ""), (path, text)];
        House::of(files.into_iter()).names_of_the_front()
    };
    for text in [
        "use crate::Path;",
        "use crate::{path, filter::Filter, Path as Other};",
        "use super::super::Path;",
        "fn b() { super::super::{Path}::of() }",
    ] {
        assert_eq!(
            names("filter/parse.rs", text),
            ["filter/parse: Path"],
            "{text}"
        );
    }
    assert_eq!(names("path.rs", "fn b() { super::a() }"), ["path: a"]);
    for text in [
        "use super::Filter;",
        "use crate::path::Path;",
        "use super::super::path;",
    ] {
        assert_eq!(names("filter/parse.rs", text), [""; 0], "{text}");
    }
}
