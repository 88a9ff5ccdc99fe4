//! What files are called in an archive: names that senders chose, made safe on every system, and each once.

use std::collections::HashSet;

/// The longest part of a path, in characters, so that a whole path fits where Windows holds 260.
const MAX_CHARACTERS: usize = 60;
/// The longest ending that is kept when a name is cut.
const MAX_ENDING: usize = 10;

/// What Windows takes for devices, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The names that are taken.
#[derive(Default)]
pub(super) struct FileNames(HashSet<String>);

impl FileNames {
    /// A path that nothing has: parts in folders, the last the file's.
    pub(super) fn path(&mut self, folders: &[&str], file: &str) -> String {
        let folder: String = folders.iter().map(|folder| format!("{}/", safe(folder))).collect();
        let file = safe(file);
        let mut path = format!("{folder}{file}");
        let mut number = 2_u64;
        // Windows and macOS don't tell letters from capitals.
        while !self.0.insert(path.to_lowercase()) {
            let (stem, ending) = split(&file);
            path = format!("{folder}{stem} ({number}){ending}");
            number += 1;
        }
        path
    }

    /// A folder that nothing has.
    pub(super) fn folder(&mut self, name: &str) -> String {
        self.path(&[], name)
    }
}

/// The name as every system takes it, and as nobody is misled by it.
fn safe(name: &str) -> String {
    let mut safe: String = name
        .chars()
        .filter(|character| !is_unseen(*character))
        .map(|character| match character {
            '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => '_',
            character if character.is_control() => '_',
            character => character,
        })
        .collect();
    if safe.chars().count() > MAX_CHARACTERS {
        let (stem, ending) = split(&safe);
        let room = MAX_CHARACTERS - ending.chars().count();
        safe = stem.chars().take(room).collect::<String>().trim_end().to_owned() + ending;
    }
    let trimmed = safe.trim_start().trim_end_matches(['.', ' ']);
    let stem = trimmed.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    if trimmed.is_empty() || trimmed.starts_with('.') || is_device(&stem) {
        format!("_{trimmed}")
    } else {
        trimmed.to_owned()
    }
}

/// The name and its ending with the point.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(place) if place > 0 && name.len() - place <= MAX_ENDING => name.split_at(place),
        _ => (name, ""),
    }
}

fn is_device(stem: &str) -> bool {
    let numbered = |of: &str| {
        stem.strip_prefix(of)
            .is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(|c| "0123456789¹²³".contains(c)))
    };
    DEVICES.contains(&stem) || numbered("com") || numbered("lpt")
}

/// Marks that turn the text around them or are not seen at all.
const fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_on_every_system() {
        for (given, kept) in [
            ("Läkarintyg åäö.pdf", "Läkarintyg åäö.pdf"),
            ("../../etc/passwd", "_.._.._etc_passwd"),
            ("C:\\Windows\\x.exe", "C__Windows_x.exe"),
            ("a<b>c|d?e*f\"g", "a_b_c_d_e_f_g"),
            ("slut. . ", "slut"),
            ("CON", "_CON"),
            ("com1.txt", "_com1.txt"),
            ("Aux .pdf", "_Aux .pdf"),
            ("comma.txt", "comma.txt"),
            ("rad\nbruten", "rad_bruten"),
            ("gnp.\u{202e}fdp.exe", "gnp.fdp.exe"),
            ("..", "_"),
            ("", "_"),
            (".htaccess", "_.htaccess"),
        ] {
            assert_eq!(safe(given), kept, "{given}");
        }
        let long = format!("{}.docx", "ö".repeat(300));
        assert_eq!(safe(&long), format!("{}.docx", "ö".repeat(55)));
        let no_ending = format!("{}.{}", "a".repeat(3), "b".repeat(300));
        assert_eq!(safe(&no_ending).chars().count(), MAX_CHARACTERS);
    }

    #[test]
    fn each_name_is_there_once_also_where_capitals_are_not_told_apart() {
        let mut names = FileNames::default();
        assert_eq!(names.path(&["Norrby"], "Beslut.pdf"), "Norrby/Beslut.pdf");
        assert_eq!(names.path(&["Norrby"], "BESLUT.pdf"), "Norrby/BESLUT (2).pdf");
        assert_eq!(names.path(&["Norrby"], "Beslut.pdf"), "Norrby/Beslut (3).pdf");
        assert_eq!(names.path(&["Söderby"], "Beslut.pdf"), "Söderby/Beslut.pdf");
        assert_eq!(names.path(&["a/b"], "Å"), "a_b/Å");
        assert_eq!(names.path(&["a/b"], "å"), "a_b/å (2)");
    }
}
