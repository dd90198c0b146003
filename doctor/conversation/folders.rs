//! Where the conversations lie.

use std::fs;
use std::path::{Path, PathBuf};

use super::file::Conversation;
use super::play::Report;

/// The folder of what concerns the example schemas (`examples/schemas`), which a deployment need
/// not have.
pub const OF_EXAMPLES: &str = "examples";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/conversations")
}

/// The folders of conversations, in order.
pub fn folders() -> Result<Vec<String>, String> {
    let mut folders = names(&root())?;
    folders.retain(|name| root().join(name).is_dir());
    Ok(folders)
}

/// The conversations of a folder, in order; a file that is not one is an error, for it would never
/// be played.
pub fn read_folder(folder: &str) -> Result<Vec<Conversation>, String> {
    let names = names(&root().join(folder))?;
    names
        .iter()
        .map(|name| read(&format!("{folder}/{name}")))
        .collect()
}

/// One conversation by the name of its file, with or without `.json`.
pub fn read(file: &str) -> Result<Conversation, String> {
    let file = file.strip_suffix(".json").unwrap_or(file);
    let file = format!("{file}.json");
    let text =
        fs::read_to_string(root().join(&file)).map_err(|error| format!("{file}: {error}"))?;
    Conversation::parse(&file, &text)
}

fn names(folder: &Path) -> Result<Vec<String>, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        names.push(
            entry
                .map_err(failed)?
                .file_name()
                .to_string_lossy()
                .into_owned(),
        );
    }
    names.sort();
    Ok(names)
}

/// Plays a folder and tells what did not hold, one text a conversation.
pub fn faults_of(folder: &str, play: impl Fn(&Conversation) -> Report) -> Vec<String> {
    let conversations = match read_folder(folder) {
        Ok(conversations) => conversations,
        Err(fault) => return vec![fault],
    };
    let reports = conversations.iter().map(play);
    reports
        .filter(|report| report.failure.is_some())
        .map(|report| report.to_string())
        .collect()
}

/// One test for each folder, by the function named; and one that no folder is forgotten.
#[macro_export]
macro_rules! every_folder {
    ($played:ident) => {
        $crate::every_folder!($played:
            authentik entra examples google habits jumpcloud keycloak okta onelogin ping rauthy rfc rippling);
    };
    ($played:ident: $($folder:ident)*) => {
        $(
            #[test]
            fn $folder() {
                $played(stringify!($folder));
            }
        )*

        #[test]
        fn every_folder_is_played() {
            let played = [$(stringify!($folder)),*];
            assert_eq!($crate::conversation::folders().as_deref(), Ok(&played.map(str::to_owned)[..]));
        }
    };
}
