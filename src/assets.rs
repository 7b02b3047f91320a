//! What is built into the program: templates, style sheet and fonts, courses.

use include_dir::{Dir, include_dir};

pub static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
pub static STATIC: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/static/built");
pub static COURSES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/courses");

/// All files of a folder and the folders in it: path with forward slashes, and bytes.
pub fn files(dir: &'static Dir<'static>) -> Vec<(String, &'static [u8])> {
    let mut found: Vec<_> =
        dir.files().map(|file| (file.path().to_string_lossy().replace('\\', "/"), file.contents())).collect();
    dir.dirs().for_each(|inner| found.extend(files(inner)));
    found
}
