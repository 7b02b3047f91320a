//! People read the policy, print a course and find out who to tell: at their own school, and nobody else's.

use seamark::courses::files::Folder;
use seamark::courses::{self, Kind, Library};
use seamark::people::rules::{RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost};

use crate::house::browser::Browser;
use crate::house::site::Site;

const IVY: &str = "i.moss@saltmarsh.example";

/// Ivy works at Fairhaven Primary, whose safeguarding lead is Jo; Harbour Academy has Kim.
fn site() -> Site {
    let site = Site::new();
    site.act(|act| {
        let fairhaven = people::add_school(act, &Urn::parse("100001").unwrap(), "Fairhaven Primary")?;
        let harbour = people::add_school(act, &Urn::parse("100002").unwrap(), "Harbour Academy")?;
        people::set_card(act, Some(fairhaven), "dsl", "Jo Marsh, 01632 960123")?;
        people::set_card(act, Some(harbour), "dsl", "Kim Reed, 01632 960177")?;
        people::set_card(act, None, "press", "Sam Tide, 01632 960150")?;
        let ivy = NewPerson {
            forename: "Ivy".to_owned(),
            surname: "Moss".to_owned(),
            work_email: Some(WorkEmail::parse(IVY).unwrap()),
            ..NewPerson::default()
        };
        let post = NewPost {
            school: fairhaven,
            job_title: "Midday supervisor".to_owned(),
            role_group: RoleGroup::Midday,
            employment_type: String::new(),
            fte_basis_points: None,
            term_time_only: None,
            flags: Default::default(),
            from: "2024-09-01".parse().unwrap(),
            until: None,
            manager: None,
            manager_named: None,
        };
        people::list_person(act, &ivy, "", &post).map(drop)
    });
    let library = site.app.library();
    site.act(move |act| courses::store_contents(act, &library));
    site
}

#[test]
fn the_help_page_shows_the_persons_own_school_and_strangers_no_numbers() {
    let site = site();
    let seen = site.as_person(IVY).opens("/help");
    assert_eq!(seen.status, 200);
    assert!(seen.says("Fairhaven Primary") && seen.says("Jo Marsh, 01632 960123") && seen.says("Sam Tide"));
    assert!(!seen.says("Kim Reed") && !seen.says("Our rule on family"));
    assert!(seen.says("Do not wait to be sure."), "an unfilled slot has its safe sentence");

    let seen = Browser::stranger(&site.app).opens("/help");
    assert_eq!(seen.status, 200);
    assert!(seen.says("ring 999 first") && !seen.says("01632"));
}

#[test]
fn the_policy_is_read_at_its_anchors_on_paper_and_in_an_older_version() {
    let site = site();
    let ivy = site.as_person(IVY);
    assert!(ivy.opens("/policies").says("href=\"/policies/social-media-policy\""));
    let seen = ivy.opens("/policies/social-media-policy");
    assert!(seen.says("id=\"P29\"") && seen.says("Sam Tide, 01632 960150"));
    assert!(!ivy.opens("/policies/social-media-policy?print").says("<header"));

    let path = "policies/social-media-policy/policy.toml";
    let old =
        Folder::built_in().overlaid_with(&Folder::new([(path.to_owned(), b"title = \"Our old policy\"\n".to_vec())]));
    let (old, _) = Library::of(&old);
    let version = old.version(Kind::Policy, "social-media-policy").unwrap();
    let address = format!("/policies/social-media-policy?version={version}");
    assert_eq!(ivy.opens(&address).status, 404, "not before it was stored");
    site.act(move |act| courses::store_contents(act, &old));
    let seen = ivy.opens(&address);
    assert!(seen.says("Our old policy") && seen.says("This is an older version"));
    assert_eq!(ivy.opens("/policies/no-such-policy").status, 404);
}

#[test]
fn a_whole_course_goes_on_paper_with_the_schools_own_card() {
    let site = site();
    let ivy = site.as_person(IVY);
    let seen = ivy.opens("/courses/data-protection/print");
    assert_eq!(seen.status, 200);
    let pages = site.app.library().course("data-protection").unwrap().pages.len();
    assert_eq!(seen.words().matches("class=\"course-page\"").count(), pages);
    assert!(seen.says("Jo Marsh, 01632 960123") && seen.says("Words in this course"));
    assert_eq!(ivy.opens("/courses/no-such-course/print").status, 404);
    assert_eq!(ivy.opens("/courses/data-protection/images/00ff/door.png").status, 404);
    assert_eq!(Browser::stranger(&site.app).opens("/courses/data-protection/print").status, 303, "off to sign in");
}
