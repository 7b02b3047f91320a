//! Role groups, URNs, work emails, main posts and audiences.

use proptest::prelude::*;
use seamark::clock::Day;
use seamark::people::rules::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn urn(text: &str) -> Urn {
    Urn::parse(text).unwrap()
}

fn post(id: i64, school: &str, role_group: RoleGroup, from: &str, until: Option<&str>) -> Post {
    let (from, until) = (day(from), until.map(day));
    Post {
        id,
        school: urn(school),
        role_group,
        from,
        until,
        term_time_only: None,
        flags: PostFlags::default(),
        on_placement: false,
    }
}

#[test]
fn role_groups_are_read_as_people_write_them() {
    for group in RoleGroup::ALL {
        assert_eq!(group.as_str().parse::<RoleGroup>().unwrap(), *group);
        assert_eq!(group.as_str().to_uppercase().parse::<RoleGroup>().unwrap(), *group);
    }
    for text in ["Teaching-Assistants", " teaching  assistant ", "TEACHING_ASSISTANT"] {
        assert_eq!(text.parse::<RoleGroup>().unwrap(), RoleGroup::TeachingAssistant, "{text}");
    }
    assert!("wizard".parse::<RoleGroup>().unwrap_err().contains("wizard"));
    assert_eq!("hr".parse::<AccessRole>().unwrap(), AccessRole::HR);
}

#[test]
fn a_job_title_tells_the_role_group() {
    use RoleGroup::*;
    let cases = [
        ("Class Teacher", Some(Teacher)),
        ("ECT – Year 3", Some(Teacher)),
        ("Head of Year 9", Some(Teacher)),
        ("Teaching Assistant (Level 2)", Some(TeachingAssistant)),
        ("HLTA", Some(TeachingAssistant)),
        ("Midday Supervisor / Teaching Assistant", Some(Midday)),
        ("Headteacher", Some(Leadership)),
        ("Deputy Head (Pastoral)", Some(Leadership)),
        ("Principal", Some(Leadership)),
        ("Head's PA", Some(Office)),
        ("School Business Manager", Some(Leadership)),
        ("Receptionist", Some(Office)),
        ("Caretaker", Some(Site)),
        ("Cleaner-in-charge", Some(Site)),
        ("Cook", Some(Catering)),
        ("Kitchen assistant", Some(Catering)),
        ("Lunchtime supervisor", Some(Midday)),
        ("Parent Governor", Some(Governor)),
        ("Clerk to the Board", Some(Office)),
        ("Trustee", Some(Trustee)),
        ("Volunteer reader", Some(Volunteer)),
        ("Supply teacher", Some(Supply)),
        ("Trainee teacher (PGCE)", Some(Trainee)),
        ("Beekeeper", None),
        ("", None),
    ];
    for (title, group) in cases {
        assert_eq!(RoleGroup::of_job_title(title, &urn("123456")), group, "{title}");
    }
    let team = urn("SALTMARSH");
    assert_eq!(RoleGroup::of_job_title("Payroll officer", &team), Some(Central));
    assert_eq!(RoleGroup::of_job_title("Beekeeper", &team), Some(Central));
    assert_eq!(RoleGroup::of_job_title("Chief Executive", &team), Some(Leadership));
}

#[test]
fn a_urn_is_six_digits_or_the_trusts_code() {
    assert!(!urn(" 123456 ").is_central_team());
    assert_eq!(urn("tr01234").as_str(), "TR01234");
    assert!(urn("SALTMARSH").is_central_team());
    for bad in ["", "12345", "1234567", "012345", "123-456", "A", "school one", "12345A"] {
        assert!(Urn::parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_work_email_is_one_address_however_it_is_written() {
    assert_eq!(WorkEmail::parse(" Zoe.O'Brien@Fairhaven.SCH.uk ").unwrap().as_str(), "zoe.o'brien@fairhaven.sch.uk");
    for bad in [
        "",
        "N/A",
        "zoe",
        "zoe@",
        "@school.uk",
        "zoe@school",
        "a b@school.uk",
        "a..b@school.uk",
        "zoe@-x.uk",
        "a@b@c.uk",
    ] {
        assert!(WorkEmail::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(WorkEmail::parse("Office@school.uk").unwrap().shared_mailbox(), Some("office"));
    assert_eq!(WorkEmail::parse("head@school.uk").unwrap().shared_mailbox(), Some("head"));
    assert_eq!(WorkEmail::parse("j.head@school.uk").unwrap().shared_mailbox(), None);
}

#[test]
fn the_main_post_is_the_current_one_with_the_earliest_start_then_the_lowest_urn() {
    use RoleGroup::*;
    let posts = [
        post(1, "300000", Teacher, "2019-09-01", Some("2026-08-31")),
        post(2, "200000", Teacher, "2024-09-01", None),
        post(3, "100000", Office, "2024-09-01", None),
    ];
    let main = |on: &str| main_post(&posts, day(on)).map(|post| post.id);
    assert_eq!(main("2026-08-31"), Some(1), "the last day in post still counts");
    assert_eq!(main("2026-09-01"), Some(3), "of two that began together, the lower URN");
    assert_eq!(main("2019-08-31"), None, "nobody yet");
}

#[test]
fn term_time_is_as_the_list_says_and_otherwise_as_the_role_group_has_it() {
    use RoleGroup::*;
    let term_time: Vec<_> = RoleGroup::ALL.iter().copied().filter(|g| g.is_term_time_only_by_default()).collect();
    assert_eq!(term_time, [Teacher, TeachingAssistant, Catering, Midday, Volunteer, Supply, Trainee]);
    let office_in_term = Post { term_time_only: Some(true), ..post(1, "100000", Office, "2024-09-01", None) };
    assert!(office_in_term.is_term_time_only());
}

#[test]
fn an_audience_includes_whom_any_of_its_parts_names() {
    use RoleGroup::*;
    let audience = |text: &str| toml::from_str::<Audience>(text);
    let of = |group| post(1, "100000", group, "2024-09-01", None);
    let staff = audience("staff = true").unwrap();
    assert_eq!(staff, Audience::all_staff());
    let left_out: Vec<_> = RoleGroup::ALL.iter().copied().filter(|group| !staff.includes(&of(*group))).collect();
    assert_eq!(
        left_out,
        [Governor, Trustee, Volunteer, Supply],
        "a trainee is salaried unless the list says otherwise"
    );
    let on_placement = Post { on_placement: true, ..of(Trainee) };
    assert!(!staff.includes(&on_placement));

    let short_stay = audience("short_stay = true").unwrap();
    let taken_in: Vec<_> = RoleGroup::ALL.iter().copied().filter(|group| short_stay.includes(&of(*group))).collect();
    assert_eq!(taken_in, [Supply], "volunteers only if the trust says so");
    assert!(short_stay.includes(&on_placement));
    let with_volunteers = audience(r#"short_stay = true, role_groups = ["volunteer"]"#.replace(", ", "\n").as_str());
    assert!(with_volunteers.unwrap().includes(&of(Volunteer)));

    let boards = audience(r#"role_groups = ["governor", "trustee"]"#).unwrap();
    assert!(boards.includes(&of(Governor)) && boards.includes(&of(Trustee)) && !boards.includes(&of(Teacher)));

    let leaders = audience("leadership = true").unwrap();
    let flagged = Post { flags: PostFlags { leadership: true, ..Default::default() }, ..of(Teacher) };
    assert!(leaders.includes(&of(Leadership)) && leaders.includes(&flagged) && !leaders.includes(&of(Teacher)));

    assert!(audience("everybody = true").is_err(), "an unknown key is refused");
    assert!(audience(r#"role_groups = ["wizard"]"#).is_err());
    assert!(audience("").unwrap().is_empty());
}

proptest! {
    #[test]
    fn whatever_is_typed_parsing_never_panics_and_what_parses_reads_back(text in ".{0,40}") {
        if let Ok(email) = WorkEmail::parse(&text) {
            prop_assert_eq!(WorkEmail::parse(email.as_str()).unwrap(), email);
        }
        if let Ok(code) = Urn::parse(&text) {
            prop_assert_eq!(Urn::parse(code.as_str()).unwrap(), code);
        }
        let _ = RoleGroup::of_job_title(&text, &Urn::parse("123456").unwrap());
    }
}
