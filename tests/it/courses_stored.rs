//! What anybody sees is stored first, once, with its entry; and stays readable for ever.

use seamark::courses::files::Folder;
use seamark::courses::{self, Kind, Library};
use seamark::problem::Problem;

use crate::house::House;

fn store(house: &House, folder: &Folder) -> Library {
    let (library, _) = Library::of(folder);
    let (same, _) = Library::of(folder);
    house.act(move |act| courses::store_contents(act, &same));
    library
}

fn entries(house: &House) -> u64 {
    house.read(seamark::evidence::size)
}

#[test]
fn every_version_is_stored_once_with_its_entry() {
    let house = House::new();
    let before = entries(&house);
    let library = store(&house, &Folder::built_in());
    let held = library.courses().len() + library.policies().len() + library.checklists().len();
    assert_eq!(entries(&house) - before, held as u64);
    store(&house, &Folder::built_in());
    assert_eq!(entries(&house) - before, held as u64);
}

#[test]
fn a_course_can_be_read_as_it_was_after_it_has_changed() {
    let house = House::new();
    let old = store(&house, &Folder::built_in());
    let version = old.version(Kind::Course, "acceptable-use").expect("a version");

    let path = "modules/acceptable-use/course.toml";
    let text = String::from_utf8(Folder::built_in().bytes(path).expect("a file").to_vec()).expect("text");
    let text = text.replacen("Acceptable use of social media", "Social media at our school", 1);
    let new = store(&house, &Folder::built_in().overlaid_with(&Folder::new([(path.to_owned(), text.into_bytes())])));
    assert_eq!(new.course("acceptable-use").expect("the course").title, "Social media at our school");

    for _ in 0..2 {
        let read = house.read(|conn| new.course_at(conn, "acceptable-use", &version));
        assert_eq!(read.title, "Acceptable use of social media");
        assert_eq!(read.version, version);
    }
    let versions = house.read(|conn| courses::versions(conn, Kind::Course, "acceptable-use"));
    let titles: Vec<&str> = versions.iter().map(|version| version.title.as_str()).collect();
    assert_eq!(titles, ["Social media at our school", "Acceptable use of social media"]);
}

#[test]
fn a_version_that_never_was_is_not_found() {
    let house = House::new();
    let library = store(&house, &Folder::built_in());
    let answer = house.database.read(|conn| library.policy_at(conn, "social-media-policy", "00ff"));
    assert!(matches!(answer, Err(Problem::NotFound)));
}
