//! How the library comes about: built-in content, a folder's laid over it file by file, and what was in use last in the
//! place of whatever is broken. Nothing that is unsound takes anything away that worked.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::files::Folder;
use super::{Complaint, Held, Kind, Library, NO_VERSION, check, read_content, store};
use crate::db::Conn;
use crate::problem::Result;

/// A kind and a slug.
type Name = (Kind, String);

/// The newest sound version of everything that people have been shown, as it was stored.
#[derive(Debug, Default)]
pub struct LastSound {
    held: BTreeMap<Name, Held>,
    /// Every version that was ever stored: to go back to one of them is no silent edit.
    known: BTreeSet<(Kind, String, String)>,
}

impl LastSound {
    /// What the database says was in use last. A version that this program cannot read any more is left out.
    pub fn read(conn: &mut Conn) -> Result<LastSound> {
        let known = store::known(conn)?.into_iter();
        let known = known.filter_map(|(kind, slug, version)| Some((Kind::named(&kind)?, slug, version)));
        let mut last = LastSound { known: known.collect(), ..LastSound::default() };
        for ((kind, slug), version) in used_last(conn)? {
            let Some(stored) = store::find(conn, kind, &slug, &version)? else { continue };
            if let Ok(held) = read_content(kind, &slug, &Folder::from_archive(&stored.archive)?) {
                last.held.insert((kind, slug), held);
            }
        }
        Ok(last)
    }

    /// What another library holds, to compare with.
    pub fn of(library: Library) -> LastSound {
        LastSound { held: library.held, known: BTreeSet::new() }
    }
}

/// The version in use of each thing that is in use.
pub(super) fn used_last(conn: &mut Conn) -> Result<BTreeMap<Name, String>> {
    let mut used = BTreeMap::new();
    for (kind, slug, version) in store::uses(conn)? {
        let Some(kind) = Kind::named(&kind) else { continue };
        if version == NO_VERSION {
            used.remove(&(kind, slug));
        } else {
            used.insert((kind, slug), version);
        }
    }
    Ok(used)
}

impl Library {
    /// The built-in content, with a directory's laid over it. A folder there that has its own `course.toml`, `policy.toml`
    /// or `checklist.toml` replaces the built-in one of its slug or adds a new one; without it, its files replace the built-in
    /// one's, file by file. Entries of the glossary, the cards and the facts replace or add to the built-in ones.
    /// What is not sound is complained about and left out, and the built-in one stays in use.
    pub fn load(directory: Option<&Path>) -> (Library, Vec<Complaint>) {
        Library::load_after(directory, &LastSound::default())
    }

    /// A folder over the built-in content as it is written, sound or not: for its author.
    pub fn as_written(own: &Folder) -> Library {
        Library::of(&merge(&Folder::built_in(), own)).0
    }

    /// The same with what was in use last: it stays in use where something is not sound, and an edit of it that no new
    /// `[[change]]` owns up to is not sound.
    pub fn load_after(directory: Option<&Path>, last: &LastSound) -> (Library, Vec<Complaint>) {
        let built_in = Folder::built_in();
        let Some(directory) = directory else { return Library::assembled(&built_in, None, last) };
        match Folder::on_disk(directory) {
            Ok(own) => Library::assembled(&built_in, Some(&own), last),
            Err(problem) => {
                let (mut library, mut complaints) = Library::assembled(&built_in, None, &LastSound::default());
                library.hold(last);
                let (file, what) = (directory.display().to_string(), problem.to_string());
                complaints.push(Complaint { file, line: 1, what });
                library.finish(complaints)
            }
        }
    }

    /// One folder's content with, perhaps, another's laid over it.
    pub fn assembled(base_folder: &Folder, own: Option<&Folder>, last: &LastSound) -> (Library, Vec<Complaint>) {
        let base = own.map(|_| Library::read(base_folder).0);
        let merged = own.map_or_else(|| base_folder.clone(), |own| merge(base_folder, own));
        let (mut library, mut complaints) = Library::read(&merged);
        if let Some(base) = &base {
            library.take_shared(base, &complaints);
        }
        let before = |name: &Name| last.held.get(name).or_else(|| base.as_ref()?.held.get(name));
        // What cannot be read is looked at as it was, so that nothing else is blamed for its absence.
        let unread: Vec<Name> = names(&merged).into_iter().filter(|name| is_unsound(name, &complaints)).collect();
        for name in &unread {
            library.held.extend(before(name).map(|held| (name.clone(), held.clone())));
        }
        let found = check::library(&library).into_iter();
        complaints.extend(found.filter(|complaint| !unread.iter().any(|name| is_within(name, complaint))));
        complaints.extend(check::strays(own.unwrap_or(base_folder)));
        let silent = library.held.iter().filter_map(|(name, held)| silent_edit(name, held, before(name)?, last));
        complaints.extend(silent.collect::<Vec<_>>());
        for name in names(&merged).into_iter().filter(|name| is_unsound(name, &complaints)) {
            match before(&name) {
                Some(held) => drop(library.held.insert(name, held.clone())),
                None if own.is_some() => drop(library.held.remove(&name)),
                // Nothing else is there: what can be read of it is better than nothing.
                None => {}
            }
        }
        if let Some(base) = &base {
            library.take_shared(base, &complaints);
        }
        library.finish(complaints)
    }

    /// Only what was in use last, whatever the folders say now: for commands beside a server, which do not take a change
    /// into use by looking at it.
    pub fn hold(&mut self, last: &LastSound) {
        if !last.held.is_empty() {
            self.held = last.held.clone();
        }
    }

    /// The base's glossary, cards, facts or programme in the place of one that is complained of.
    fn take_shared(&mut self, base: &Library, complaints: &[Complaint]) {
        let is_broken = |file: &str| complaints.iter().any(|complaint| complaint.file == file);
        if is_broken("glossary.toml") {
            self.glossary = base.glossary.clone();
        }
        if is_broken("cards.toml") {
            self.cards = base.cards.clone();
        }
        if is_broken("facts.toml") {
            self.facts = base.facts.clone();
        }
        if is_broken("programme.toml") {
            self.programme = base.programme.clone();
        }
    }
}

/// The folders of content in a folder, whether or not they can be read.
fn names(folder: &Folder) -> Vec<Name> {
    let of_kind = |kind: Kind| folder.folders_in(kind.folder()).into_iter().map(move |slug| (kind, slug));
    Kind::ALL.into_iter().flat_map(of_kind).collect()
}

fn is_unsound(name: &Name, complaints: &[Complaint]) -> bool {
    complaints.iter().any(|complaint| is_within(name, complaint))
}

fn is_within((kind, slug): &Name, complaint: &Complaint) -> bool {
    complaint.file.starts_with(&format!("{}/{slug}/", kind.folder()))
}

/// Content that differs from what was in use says so with a new change.
fn silent_edit((kind, slug): &Name, held: &Held, before: &Held, last: &LastSound) -> Option<Complaint> {
    let version = held.content.version();
    let is_known = last.known.contains(&(*kind, slug.clone(), version.to_owned()));
    let owns_up = !super::difference::new_edits(&held.content.changes(), &before.content.changes()).is_empty();
    if version == before.content.version() || is_known || owns_up {
        return None;
    }
    let file = format!("{}/{slug}/{}.toml", kind.folder(), kind.as_str());
    Some(Complaint { file, line: 1, what: "the content has changed, and no new [[change]] says how".to_owned() })
}

/// The built-in files that stay when a directory's content is laid over them, and the directory's.
fn merge(built_in: &Folder, own: &Folder) -> Folder {
    let mut kept = Vec::new();
    for path in built_in.paths() {
        if !stands_alone(own, path)
            && let Some(bytes) = built_in.bytes(path)
        {
            kept.push((path.to_owned(), bytes.to_vec()));
        }
    }
    let mut merged = Folder::new(kept).overlaid_with(own);
    for shared in ["glossary.toml", "cards.toml", "facts.toml"] {
        if let (Some(base), Some(added)) = (built_in.bytes(shared), own.bytes(shared)) {
            merged = merged.overlaid_with(&Folder::new([(shared.to_owned(), added_tables(base, added))]));
        }
    }
    merged
}

/// Whether the directory has a whole folder of its own in the place of the one that this path is in.
fn stands_alone(own: &Folder, path: &str) -> bool {
    let mut parts = path.split('/');
    let (Some(folder), Some(slug)) = (parts.next(), parts.next()) else { return false };
    Kind::of_folder(folder).is_some_and(|kind| own.bytes(&format!("{folder}/{slug}/{}.toml", kind.as_str())).is_some())
}

/// The directory's tables, then those built-in ones that it does not have; lines count as in the directory's file.
fn added_tables(base: &[u8], added: &[u8]) -> Vec<u8> {
    let (Ok(base), Ok(added)) = (std::str::from_utf8(base), std::str::from_utf8(added)) else { return added.to_vec() };
    let header = |line: &str| line.trim_end().starts_with('[').then(|| line.trim_end().to_owned());
    let own: Vec<String> = added.lines().filter_map(header).collect();
    let mut merged = format!("{added}\n");
    let mut keeping = false;
    for line in base.lines() {
        keeping = header(line).map_or(keeping, |header| !own.contains(&header));
        if keeping {
            merged.push_str(line);
            merged.push('\n');
        }
    }
    merged.into_bytes()
}
