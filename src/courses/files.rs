//! A folder of content: sorted paths and bytes, from the program itself, from a directory, or from the database.
//! Its archive is what `contents.files` keeps, and the SHA-256 of its archive is its version.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::assets;
use crate::ids;
use crate::problem::{Problem, Result};

/// The largest file that content may have, in bytes.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// Paths with forward slashes, sorted; the line ends of texts are LF, so that a version does not depend on the system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folder {
    files: BTreeMap<String, Vec<u8>>,
}

impl Folder {
    pub fn new(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Folder {
        Folder { files: files.into_iter().map(|(path, bytes)| (path, with_plain_line_ends(bytes))).collect() }
    }

    /// The content that is built into the program.
    pub fn built_in() -> Folder {
        Folder::new(assets::files(&assets::COURSES).into_iter().map(|(path, bytes)| (path, bytes.to_vec())))
    }

    /// All files in a directory and below; names that begin with a dot are left out, and links are not followed.
    pub fn on_disk(directory: &Path) -> Result<Folder> {
        let mut found = Vec::new();
        gather(directory, "", &mut found)?;
        Ok(Folder::new(found))
    }

    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files below a folder, by their paths from there.
    pub fn under(&self, folder: &str) -> Folder {
        let inside = format!("{folder}/");
        let files = self.files.iter();
        Folder {
            files: files
                .filter_map(|(path, bytes)| Some((path.strip_prefix(&inside)?.to_owned(), bytes.clone())))
                .collect(),
        }
    }

    /// The folders directly in a folder, by name.
    pub fn folders_in(&self, folder: &str) -> BTreeSet<String> {
        let inside = format!("{folder}/");
        let below = self.files.keys().filter_map(|path| path.strip_prefix(&inside));
        below.filter_map(|path| path.split_once('/')).map(|(name, _)| name.to_owned()).collect()
    }

    /// These files with another folder's laid over them, file by file.
    pub fn overlaid_with(&self, other: &Folder) -> Folder {
        let mut files = self.files.clone();
        files.extend(other.files.clone());
        Folder { files }
    }

    /// The same without one file.
    pub fn without(&self, path: &str) -> Folder {
        let mut files = self.files.clone();
        files.remove(path);
        Folder { files }
    }

    /// The SHA-256 of the archive: sorted paths, lengths and bytes, in hexadecimal.
    pub fn version(&self) -> String {
        ids::hex(&ids::sha256(&self.archive()))
    }

    /// For each file in order: the length of its path (8 bytes, big-endian), its path, the length of its bytes, its bytes.
    pub fn archive(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        for (path, bytes) in &self.files {
            for part in [path.as_bytes(), bytes] {
                archive.extend((part.len() as u64).to_be_bytes());
                archive.extend(part);
            }
        }
        archive
    }

    pub fn from_archive(mut archive: &[u8]) -> Result<Folder> {
        let mut files = BTreeMap::new();
        while !archive.is_empty() {
            let path = String::from_utf8(take_part(&mut archive)?.to_vec());
            let path = path.map_err(|_| Problem::fault("stored content has a path that is no text"))?;
            files.insert(path, take_part(&mut archive)?.to_vec());
        }
        Ok(Folder { files })
    }
}

fn take_part<'a>(archive: &mut &'a [u8]) -> Result<&'a [u8]> {
    let cut = || Problem::fault("stored content is cut short");
    let (length, rest) = archive.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| cut())?;
    let (part, rest) = rest.split_at_checked(length).ok_or_else(cut)?;
    *archive = rest;
    Ok(part)
}

/// CR LF and CR become LF in whatever is text; pictures are left as they are.
fn with_plain_line_ends(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.contains(&b'\r') {
        return bytes;
    }
    match String::from_utf8(bytes) {
        Ok(text) => text.replace("\r\n", "\n").replace('\r', "\n").into_bytes(),
        Err(picture) => picture.into_bytes(),
    }
}

fn gather(directory: &Path, above: &str, found: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in read_or_refuse(directory, std::fs::read_dir(directory))? {
        let entry = read_or_refuse(directory, entry)?;
        let place = entry.path();
        let name = entry.file_name().into_string();
        let name = name.map_err(|_| Problem::refused(format!("{}: the name is no text.", place.display())))?;
        let kind = read_or_refuse(&place, entry.file_type())?;
        let path = if above.is_empty() { name.clone() } else { format!("{above}/{name}") };
        if name.starts_with('.') {
            continue;
        } else if kind.is_dir() {
            gather(&place, &path, found)?;
        } else if kind.is_file() {
            found.push((path, small_file(&place)?));
        }
    }
    Ok(())
}

fn small_file(place: &Path) -> Result<Vec<u8>> {
    if read_or_refuse(place, std::fs::metadata(place))?.len() > LARGEST_FILE {
        return Err(Problem::refused(format!("{}: larger than 4 MiB.", place.display())));
    }
    read_or_refuse(place, std::fs::read(place))
}

fn read_or_refuse<T>(place: &Path, outcome: std::io::Result<T>) -> Result<T> {
    outcome.map_err(|error| Problem::refused(format!("{} could not be read: {error}.", place.display())))
}
