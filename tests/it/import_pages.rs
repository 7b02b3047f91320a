//! HR brings a staff list in by page, and adds and corrects by hand: looked at first, applied once, within their schools.

use seamark::clock::Day;
use seamark::identity;
use seamark::people::rules::{AccessRole, RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost, Person, Scope};

use crate::house::at;
use crate::house::browser::{Browser, Page, attribute, tags};
use crate::house::site::Site;

const SAM: &str = "s.okafor@saltmarsh.example";
const KIT: &str = "k.marsh@saltmarsh.example";
const AMIR: &str = "a.shah@saltmarsh.example";
const HEADINGS: &str = "staff_ref,forename,surname,work_email,school_urn,job_title,start_date";
const IVY: &str = "004500,Ivy,Moss,i.moss@saltmarsh.example,100001,Teacher,01/01/2027";
const BO: &str = "004501,Bo,Ash,b.ash@saltmarsh.example,100001,Caretaker,01/09/2026";

/// Fairhaven Primary and Harbour Academy; Sam is the trust's HR, Kit is HR of Fairhaven, and Amir works at Harbour.
fn trust() -> Site {
    let site = Site::new();
    site.act(|act| {
        let fairhaven = people::add_school(act, &Urn::parse("100001").unwrap(), "Fairhaven Primary")?;
        let harbour = people::add_school(act, &Urn::parse("100002").unwrap(), "Harbour Academy")?;
        let sam = list(act, "Sam", "Okafor", SAM, fairhaven);
        let kit = list(act, "Kit", "Marsh", KIT, fairhaven);
        list(act, "Amir", "Shah", AMIR, harbour);
        let today = act.now.day();
        identity::grant(act, &sam, AccessRole::HR, None, today, None)?;
        identity::grant(act, &kit, AccessRole::HR, Some(fairhaven), today, None)?;
        Ok(())
    });
    site
}

fn list(act: &mut seamark::act::Act, forename: &str, surname: &str, email: &str, school: i64) -> Person {
    let new = NewPerson {
        forename: forename.to_owned(),
        surname: surname.to_owned(),
        work_email: Some(WorkEmail::parse(email).unwrap()),
        ..NewPerson::default()
    };
    let post = NewPost {
        school,
        job_title: "Office manager".to_owned(),
        role_group: RoleGroup::Office,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: Default::default(),
        from: "2020-09-01".parse().unwrap(),
        until: None,
        manager: None,
        manager_named: None,
    };
    people::list_person(act, &new, "", &post).unwrap()
}

fn sends(browser: &Browser, rows: &[&str]) -> Page {
    sends_file(browser, "", format!("{HEADINGS}\n{}\n", rows.join("\n")).as_bytes())
}

/// Sends a file for a chosen school.
fn sends_file(browser: &Browser, school: &str, file: &[u8]) -> Page {
    browser.sends_file(&browser.opens("/import"), "/import", &[("school", school)], ("staff.csv", file))
}

/// Opens a page and sends one of its forms.
fn fills(browser: &Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> Page {
    browser.fills_in(&browser.opens(page), action, fields)
}

fn leads_to(page: &Page) -> &str {
    page.location.as_deref().unwrap_or_else(|| panic!("{}", page.words()))
}

fn somebody(site: &Site, email: &str) -> Option<Person> {
    site.read(|conn| people::person_by_email(conn, &WorkEmail::parse(email).unwrap()))
}

fn everybody(site: &Site) -> usize {
    site.read(people::everybody).len()
}

// ── bringing in a list

#[test]
fn hr_looks_at_what_a_list_would_do_and_applies_it_once() {
    let site = trust();
    let sam = site.as_person(SAM);
    let sent = sends(&sam, &[IVY, BO]);
    assert_eq!((sent.status, leads_to(&sent)), (303, "/import/1"), "{}", sent.words());

    let plan = sam.opens("/import/1");
    assert!(
        plan.says("2 new people") && plan.says("Nothing has changed yet") && plan.says("Ivy Moss"),
        "{}",
        plan.words()
    );
    assert!(plan.says("Marsh, Kit"), "whoever is not in the file is listed for review");
    assert_eq!(everybody(&site), 3);

    let applied = sam.fills_in(&plan, "/import/1", &[]);
    assert_eq!((applied.status, leads_to(&applied)), (303, "/import/1"));
    assert_eq!(everybody(&site), 5);
    let again = sam.fills_in(&plan, "/import/1", &[]);
    assert_eq!((again.status, leads_to(&again)), (303, "/import/1"));
    assert_eq!(everybody(&site), 5);
    assert!(sam.opens("/import").says("by Sam Okafor: 2 new people, 0 changed."));
}

#[test]
fn what_was_done_with_a_list_stays_for_the_rest_of_its_day_and_the_list_itself_goes() {
    let site = trust();
    let sam = site.as_person(SAM);
    let rejected = "004502,Cy,Fox,,999999,Cook,01/09/2026";
    let changed = format!("004503,Sam,Okafor,{SAM},100001,Office manager,01/09/2020");
    let sent = sends(&sam, &[IVY, BO, rejected, &changed]);
    let plan = sam.opens(leads_to(&sent));
    assert!(plan.says("waits here for you until 25 November 2026 at 9:14am"), "{}", plan.words());
    let sam_s_id = somebody(&site, SAM).unwrap().id.to_string();
    let answered = sam.fills_in(&plan, "/import/1", &[("same-5", &sam_s_id)]);
    assert_eq!(sam.fills_in(&answered, "/import/1", &[]).status, 303, "{}", answered.words());

    let done = sam.opens("/import/1");
    assert!(done.says("Done: 2 new people, 1 changed. 1 row was left out"), "{}", done.words());
    let choosing = sam.opens("/import");
    assert!(choosing.says("href=\"/import/1\">staff.csv: what was done"), "{}", choosing.words());
    assert!(!site.as_person(KIT).opens("/import").says("staff.csv"));
    for email in ["i.moss@saltmarsh.example", "b.ash@saltmarsh.example", SAM] {
        let person = somebody(&site, email).unwrap();
        let link = format!("href=\"/people/{}\">{}</a>", person.id, person.name());
        assert!(done.says(&link), "{link}: {}", done.words());
    }
    assert!(done.says("Cy Fox") && done.says("999999"), "why a row was rejected: {}", done.words());
    assert!(done.says("Marsh, Kit") && done.says("Import another file"), "{}", done.words());
    let rows = sam.opens("/import/1/rows.csv");
    assert!(rows.says("4,Cy Fox,rejected") && rows.says(",\"Marsh, Kit\",not in the file,"), "{}", rows.words());
    let waits = site.read(|conn| {
        seamark::people::import::kept(conn, somebody(&site, SAM).unwrap().id, &Scope::Trust, 1, site.clock.now())
    });
    assert!(waits.bytes.is_empty(), "the list itself is gone");

    assert_eq!(site.as_person(KIT).opens("/import/1").status, 404, "it is its sender's");
    site.clock.set(at("2026-11-25", "09:15"));
    assert_eq!(site.as_person(SAM).opens("/import/1").status, 404);
    let forgotten = site.act(|act| seamark::people::import::forget_old(act.conn, act.now));
    assert_eq!(forgotten, 1);
}

#[test]
fn whoever_sees_less_than_when_they_applied_a_list_is_not_shown_what_was_done() {
    let site = trust();
    let sam = site.as_person(SAM);
    let plan = sam.follows(&sends(&sam, &[IVY]));
    sam.fills_in(&plan, "/import/1", &[]);
    assert_eq!(sam.opens("/import/1").status, 200);
    let person = somebody(&site, SAM).unwrap();
    site.act(move |act| {
        let fairhaven = people::schools(act.conn)?.remove(0).id;
        let grants = identity::grants(act.conn)?.into_iter().filter(|grant| grant.person == person.id);
        for grant in grants.collect::<Vec<_>>() {
            identity::end_grant(act, grant.id)?;
        }
        identity::grant(act, &person, AccessRole::HR, Some(fairhaven), act.now.day(), None)
    });
    assert_eq!(site.as_person(SAM).opens("/import/1").status, 404);
}

#[test]
fn people_who_are_not_in_the_file_stand_by_name_below_the_button_and_all_of_them_in_the_spreadsheet() {
    let site = trust();
    site.act(|act| {
        let harbour = people::schools(act.conn)?.remove(1).id;
        for number in 0..205 {
            let (forename, email) = (format!("Bea{number:03}"), format!("bea{number}@saltmarsh.example"));
            list(act, &forename, "Young", &email, harbour);
        }
        list(act, "Zoe", "Abbot", "z.abbot@saltmarsh.example", harbour);
        Ok(())
    });
    let sam = site.as_person(SAM);
    let sent = sends(&sam, &["004500,Ivy,Moss,i.moss@saltmarsh.example,100002,Teacher,01/01/2027"]);
    let plan = sam.opens(leads_to(&sent));
    let words = plan.words();
    assert!(plan.says("207 people are not in the file. The first 200 are shown here"), "{words}");
    let place = |what: &str| words.find(what).unwrap_or_else(|| panic!("{what}: {words}"));
    assert!(place("Apply: add 1") < place("Not in the file: for you"), "the button comes first");
    assert!(place("Abbot, Zoe") < place("Shah, Amir") && place("Shah, Amir") < place("Young, Bea000"));
    assert!(!plan.says("each is below") && !plan.says("with the reason"), "nothing is said of none");
    let rows = sam.opens(&format!("{}/rows.csv", leads_to(&sent))).words();
    assert_eq!(rows.matches(",not in the file,").count(), 207);
    let line = ",\"Young, Bea204\",not in the file,Harbour Academy,Office manager,1 September 2020,,\
                No row of the file is about them. Nothing happens to them.,,bea204@saltmarsh.example,";
    assert!(rows.contains(line), "{rows}");
}

#[test]
fn somebody_new_whose_job_has_ended_is_said_to_have_left() {
    let site = trust();
    let sam = site.as_person(SAM);
    let file = format!(
        "{HEADINGS},end_date\n{IVY},\n004501,Bo,Ash,b.ash@saltmarsh.example,100001,Caretaker,01/09/1950,31/07/2026\n"
    );
    let page = sam.follows(&sends_file(&sam, "", file.as_bytes()));
    assert!(page.says("Left 31 July 2026") && page.says("1 of them has left"), "{}", page.words());
    assert!(page.says("Nothing is asked of the new person who has left."), "{}", page.words());
    assert!(page.says("more than 60 years ago"), "{}", page.words());
    let rows = sam.opens("/import/1/rows.csv");
    assert!(rows.says("Bo Ash,\"new, but has left\",Fairhaven Primary"), "{}", rows.words());
}

#[test]
fn a_file_that_is_no_staff_list_gets_one_clear_sentence() {
    let site = trust();
    let sam = site.as_person(SAM);
    let sent = sends_file(&sam, "", b"Dear all,\nplease bring cake.\n");
    assert_eq!(sent.status, 422);
    assert!(sent.says("id=\"file-error\""));
    let sent = sam.sends_file(&sam.opens("/import"), "/import", &[("school", "")], ("", b""));
    assert!(sent.status == 422 && sent.says("Choose the file to bring in"));
    let large = vec![b'a'; 9 * 1024 * 1024];
    let sent = sends_file(&sam, "", &large);
    assert!(sent.status == 422 && sent.says("larger than 8 MB"), "{}", sent.status);
}

#[test]
fn hr_are_told_which_columns_are_not_read() {
    let site = trust();
    let sam = site.as_person(SAM);
    let file = "Staff ID,Payroll number,Forename,Surname,Job title,Start date,URN,Room,Car park\n\
                1,7,Ada,Lovelace,Teacher,01/09/2026,100001,B2,yes\n";
    let page = sam.follows(&sends_file(&sam, "", file.as_bytes()));
    assert!(page.says("The columns ‘Room’ and ‘Car park’ are not read."), "{}", page.words());
    assert!(page.says("‘Payroll number’ is used, and ‘Staff ID’ is not."), "{}", page.words());
}

#[test]
fn a_list_without_a_school_is_for_the_school_that_was_chosen() {
    let site = trust();
    let sam = site.as_person(SAM);
    let file = b"staff_ref,forename,surname,job_title,start_date\n7,Ivy,Moss,Teacher,01/01/2027\n";
    let sent = sends_file(&sam, "", file);
    assert!(sent.status == 422 && sent.says("id=\"school-error\""), "{}", sent.words());
    let sent = sends_file(&sam, "100002", file);
    assert_eq!(sent.status, 303);
    let plan = sam.opens(leads_to(&sent));
    assert!(plan.says("Harbour Academy") && plan.says("1 new person"), "{}", plan.words());
}

#[test]
fn an_answer_is_taken_in_and_what_it_does_is_shown_before_it_is_done() {
    let site = trust();
    let sam = site.as_person(SAM);
    let amir = somebody(&site, AMIR).unwrap();
    let sent = sends(&sam, &["009911,Amir,Shah-Lee,a.shah@saltmarsh.example,100002,Office manager,01/09/2020"]);
    let plan = sam.opens(leads_to(&sent));
    assert!(plan.says("The same person?") && plan.says("Take in my answers"), "{}", plan.words());
    let unanswered = sam.fills_in(&plan, leads_to(&sent), &[]);
    assert!(unanswered.status == 200 && unanswered.says("Nothing can be applied yet"), "{}", unanswered.words());

    let answered = sam.fills_in(&plan, leads_to(&sent), &[("same-2", &amir.id.to_string())]);
    assert_eq!(answered.status, 200);
    assert!(answered.says("Your answers are taken in") && answered.says("Shah-Lee"), "{}", answered.words());
    assert_eq!(somebody(&site, AMIR).unwrap().surname, "Shah");

    let applied = sam.fills_in(&answered, leads_to(&sent), &[]);
    assert_eq!(applied.status, 303, "{}", applied.words());
    assert_eq!(somebody(&site, AMIR).unwrap().surname, "Shah-Lee");
    assert_eq!(everybody(&site), 3);
}

#[test]
fn if_somebody_changed_the_list_of_staff_meanwhile_the_dry_run_is_shown_again() {
    let site = trust();
    let sam = site.as_person(SAM);
    let sent = sends(&sam, &[IVY]);
    let plan = sam.opens(leads_to(&sent));
    let amir = somebody(&site, AMIR).unwrap();
    site.act(move |act| people::correct_person(act, &Person { surname: "Lee".to_owned(), ..amir.clone() }));

    let again = sam.fills_in(&plan, leads_to(&sent), &[]);
    assert_eq!(again.status, 200);
    assert!(again.says("has changed since you looked"), "{}", again.words());
    assert_eq!(sam.fills_in(&again, leads_to(&sent), &[]).status, 303);
    assert!(somebody(&site, "i.moss@saltmarsh.example").is_some());
}

#[test]
fn every_row_and_its_fate_can_be_kept_as_a_spreadsheet_that_runs_no_formulas() {
    let site = trust();
    let sam = site.as_person(SAM);
    let sent = sends(&sam, &[IVY, "004502,Cy,Fox,,999999,=1+1,01/09/2026"]);
    let rows = sam.opens(&format!("{}/rows.csv", leads_to(&sent)));
    assert!(rows.says("2,Ivy Moss,new,Fairhaven Primary,Teacher,1 January 2027"), "{}", rows.words());
    assert!(rows.says("3,Cy Fox,rejected") && !rows.says(",=1+1"), "{}", rows.words());
}

#[test]
fn a_list_waits_for_its_sender_alone_and_for_a_day() {
    let site = trust();
    let sent = sends(&site.as_person(SAM), &[IVY]);
    assert_eq!(site.as_person(KIT).opens(leads_to(&sent)).status, 404);
    assert_eq!(site.as_person(AMIR).opens(leads_to(&sent)).status, 404);
    site.clock.set(at("2026-11-25", "09:15"));
    assert_eq!(site.as_person(SAM).opens(leads_to(&sent)).status, 404);
}

#[test]
fn a_file_sent_with_another_sessions_token_is_refused() {
    let site = trust();
    let sam = site.as_person(SAM);
    let form_of_kit = site.as_person(KIT).opens("/import");
    let file = format!("{HEADINGS}\n{IVY}\n");
    let sent = sam.sends_file(&form_of_kit, "/import", &[("school", "")], ("staff.csv", file.as_bytes()));
    assert_eq!(sent.status, 403, "{}", sent.words());
}

#[test]
fn hr_of_a_school_brings_in_their_own_school_and_learns_of_no_other() {
    let site = trust();
    let kit = site.as_person(KIT);
    assert!(!kit.opens("/import").says("Harbour"));
    let file = format!(
        "{HEADINGS}\n{IVY}\n004502,Cy,Fox,,100002,Teacher,01/09/2026\n004503,Jo,Lee,{AMIR},100001,Teacher,01/09/2026\n"
    );
    assert_eq!(sends_file(&kit, "100002", file.as_bytes()).status, 422);
    let sent = sends_file(&kit, "", file.as_bytes());
    let plan = kit.opens(leads_to(&sent));
    assert!(plan.says("1 new person, 2 rows rejected"), "{}", plan.words());
    for secret in ["Harbour", "Amir", "Shah"] {
        assert!(!plan.says(secret), "{secret}: {}", plan.words());
    }
    assert_eq!(kit.fills_in(&plan, leads_to(&sent), &[]).status, 303);
    assert_eq!(everybody(&site), 4);
}

#[test]
fn a_list_that_names_schools_by_their_establishment_numbers_is_for_those_schools() {
    let site = trust();
    let ada = somebody(&site, AMIR).unwrap();
    site.act(move |act| identity::grant(act, &ada, AccessRole::Administrator, None, act.now.day(), None));
    let administrator = site.as_person(AMIR);
    let list = "staff_ref,forename,surname,job_title,start_date,laestab\n\
                004501,Ivy,Moss,Teacher,2026-09-01,813/2002\n004502,Rui,Lobo,Teacher,2026-09-01,8132009\n";
    let sam = site.as_person(SAM);
    let saves = |urn: &str, number: &str, name: &str| {
        let page = administrator.opens("/settings");
        let action = format!("/settings/schools/{urn}");
        administrator.fills_in(&page, &action, &[("name", name), ("laestab", number)])
    };
    assert_eq!(saves("100002", "813 20", "Harbour Academy").status, 422, "seven digits");
    assert_eq!(saves("100002", "813/2002", "Harbour Academy").status, 303);
    assert_eq!(saves("100001", "8132002", "Fairhaven Primary").status, 422, "another school has it");
    assert!(administrator.opens("/settings").says("value=\"8132002\""));
    let sent = sends_file(&sam, "", list.as_bytes());
    let plan = sam.follows(&sent);
    assert!(plan.says("Moss") && plan.says("Harbour Academy"), "{}", plan.words());
    assert!(plan.says("establishment number 8132009"), "one that nobody has is rejected: {}", plan.words());
    let applied = fills(&sam, leads_to(&sent), leads_to(&sent), &[]);
    assert_eq!(applied.status, 303, "{}", applied.words());
    let harbour = site.read(people::schools).into_iter().find(|school| school.urn.as_str() == "100002").unwrap();
    let moss = site.read(people::everybody).into_iter().find(|person| person.surname == "Moss").unwrap();
    let posts = site.read(|conn| people::posts_of(conn, &[moss.id]));
    assert_eq!(posts[0].school, harbour.id);
}

// ── by hand

#[test]
fn hr_adds_somebody_and_a_date_that_cannot_be_read_loses_nothing_that_was_typed() {
    let site = trust();
    let sam = site.as_person(SAM);
    let fields = |start| {
        [
            ("forename", "Ivy"),
            ("surname", "Moss"),
            ("email", "i.moss@saltmarsh.example"),
            ("reference", "004500"),
            ("school", "100001"),
            ("job_title", "Teacher"),
            ("role_group", "teacher"),
            ("term_time", ""),
            ("start", start),
            ("manager", KIT),
        ]
    };
    let wrong = fills(&sam, "/people/add", "/people/add", &fields("03/14/2026"));
    assert_eq!(wrong.status, 422);
    assert!(wrong.says("value=\"03/14/2026\"") && wrong.says("value=\"Ivy\"") && wrong.says("id=\"start-error\""));

    let long = "Ivy ".repeat(50).trim().to_owned();
    let too_long = fields("01/12/2026").map(|(name, value)| match name {
        "forename" | "surname" | "job_title" | "reference" => (name, long.as_str()),
        _ => (name, value),
    });
    let too_long = fills(&sam, "/people/add", "/people/add", &too_long);
    assert_eq!((too_long.status, too_long.words().matches(&format!("value=\"{long}\"")).count()), (422, 4));
    assert_eq!(too_long.form("/people/add").matches("The name has 199 characters. Use at most 100").count(), 2);
    assert!(too_long.says("The job title has 199 characters. Use at most 150"));
    assert!(too_long.says("The reference has 199 characters. Use at most 64"));

    let empty = fills(&sam, "/people/add", "/people/add", &fields("").map(|(name, _)| (name, ""))).words();
    let summary = empty.split("<h1").next().unwrap();
    let order = ["#forename", "#surname", "#email", "#school", "#job_title", "#role_group", "#start"];
    let places =
        order.map(|field| summary.find(&format!("href=\"{field}\"")).unwrap_or_else(|| panic!("{field}: {summary}")));
    assert!(places.is_sorted() && summary.contains("Write the first day as dd/mm/yyyy"), "{summary}");

    let added = fills(&sam, "/people/add", "/people/add", &fields("01/12/2026"));
    let ivy = somebody(&site, "i.moss@saltmarsh.example").unwrap();
    assert_eq!((added.status, leads_to(&added)), (303, format!("/people/{}", ivy.id).as_str()));
    let post = site.read(|conn| people::posts_of(conn, &[ivy.id])).remove(0);
    assert_eq!(post.manager, somebody(&site, KIT).map(|kit| kit.id));
    let twice = fills(&sam, "/people/add", "/people/add", &fields("01/12/2026"));
    assert!(twice.status == 422 && twice.says("already has this reference"), "{}", twice.words());
}

#[test]
fn somebody_of_the_same_name_school_and_first_day_is_asked_about_before_they_are_added_twice() {
    let site = trust();
    let sam = site.as_person(SAM);
    let with = |email: &'static str| {
        [
            ("forename", "Amir"),
            ("surname", "Sháh"),
            ("email", email),
            ("reference", ""),
            ("school", "100002"),
            ("job_title", "Office manager"),
            ("role_group", "office"),
            ("term_time", ""),
            ("start", "01/09/2020"),
            ("manager", ""),
        ]
    };
    let asked = fills(&sam, "/people/add", "/people/add", &with("amir.shah@saltmarsh.example"));
    let amir = somebody(&site, AMIR).unwrap();
    assert_eq!(asked.status, 422, "{}", asked.words());
    assert!(asked.says("The same person?") && asked.says(&format!("href=\"/people/{}\"", amir.id)) && asked.says(AMIR));
    assert!(asked.says("value=\"amir.shah@saltmarsh.example\"") && asked.says("href=\"#somebody_else\""));
    assert_eq!(everybody(&site), 3);
    let fields = with("amir.shah@saltmarsh.example");
    let sure = [&fields[..], &[("somebody_else", "yes")]].concat();
    for _ in 0..2 {
        assert_eq!(sam.fills_in(&asked, "/people/add", &sure).status, 303);
    }
    assert_eq!(everybody(&site), 4);

    // A list that brings a third one has two to choose from, told apart by their emails.
    let sent = sends(&sam, &["009912,Amir,Shah,third@saltmarsh.example,100002,Office manager,01/09/2020"]);
    let plan = sam.opens(leads_to(&sent));
    for email in [AMIR, "amir.shah@saltmarsh.example"] {
        assert!(plan.says(&format!("({email})</label>")), "{}", plan.words());
    }
}

#[test]
fn hr_corrects_an_email_and_sets_a_last_day() {
    let site = trust();
    let sam = site.as_person(SAM);
    let amir = somebody(&site, AMIR).unwrap();
    let page = format!("/people/{}/correct", amir.id);
    let address = |what: &str| format!("/people/{}/{what}", amir.id);

    let names = [("forename", "Amir"), ("surname", "Shah"), ("email", "amir.shah@saltmarsh.example")];
    assert_eq!(fills(&sam, &page, &page, &names).status, 303);
    assert!(somebody(&site, AMIR).is_none());

    let post = site.read(|conn| people::posts_of(conn, &[amir.id])).remove(0).post.id.to_string();
    let early = fills(&sam, &page, &address("leave"), &[("post", &post), ("last_day", "01/01/2019")]);
    assert!(early.status == 422 && early.says("cannot lie before"), "{}", early.words());
    let left = fills(&sam, &page, &address("leave"), &[("post", &post), ("last_day", "31/12/2026")]);
    assert_eq!(left.status, 303);
    let posts = site.read(|conn| people::posts_of(conn, &[amir.id]));
    assert_eq!(posts.iter().filter(|post| post.superseded.is_none()).count(), 1);
    assert_eq!(posts.last().unwrap().post.until, "2026-12-31".parse::<Day>().ok());
}

#[test]
fn hr_says_what_a_job_includes_and_the_training_for_it_is_asked() {
    let site = trust();
    let sam = site.as_person(SAM);
    let kit = somebody(&site, KIT).unwrap();
    let (page, action) = (format!("/people/{}/correct", kit.id), format!("/people/{}/duties", kit.id));
    let preview = fills(&sam, &page, &action, &[("duties", "images"), ("duties", "accounts")]);
    let done = sam.fills_in(&preview, &format!("{action}/apply"), &[]);
    assert_eq!((done.status, leads_to(&done)), (303, &*format!("/people/{}", kit.id)), "{}", done.words());
    let posts = site.read(|conn| people::posts_of(conn, &[kit.id]));
    let held: Vec<_> =
        posts.iter().filter(|record| record.superseded.is_none()).map(|record| record.post.flags).collect();
    assert!(
        !held.is_empty()
            && held.iter().all(|flags| flags.takes_images && flags.account_administrator && !flags.leadership)
    );
    assert!(posts.iter().any(|record| record.superseded.is_some()), "what held before is kept");
    let ticked =
        sam.opens(&page).tags("input").iter().filter(|tag| tag.contains("duties") && tag.contains("checked")).count();
    assert_eq!(ticked, 2);
}

#[test]
fn hr_says_that_a_trainee_is_on_placement_and_takes_it_back() {
    let site = trust();
    let sam = site.as_person(SAM);
    let kit = somebody(&site, KIT).unwrap();
    let (page, action) = (format!("/people/{}/correct", kit.id), format!("/people/{}/duties", kit.id));
    let held = || {
        let mut posts = site.read(|conn| people::posts_of(conn, &[kit.id]));
        posts.retain(|record| record.superseded.is_none());
        posts.into_iter().map(|record| (record.post.on_placement, record.employment_type)).collect::<Vec<_>>()
    };
    let trainee = kit.clone();
    site.act(move |act| {
        let record = people::posts_of(act.conn, &[trainee.id])?.remove(0);
        let new = NewPost { role_group: RoleGroup::Trainee, ..NewPost::from(&record) };
        people::correct_post(act, &trainee, record.post.id, &new)
    });
    let sets = |ticked: &[(&str, &str)]| {
        let preview = fills(&sam, &page, &action, ticked);
        assert_eq!(sam.fills_in(&preview, &format!("{action}/apply"), &[]).status, 303);
    };
    sets(&[("duties", "placement")]);
    assert!(held().iter().all(|post| *post == (true, "placement".to_owned())), "{:?}", held());
    sets(&[]);
    assert!(held().iter().all(|post| *post == (false, String::new())), "{:?}", held());
}

#[test]
fn nobody_outside_ones_schools_can_be_corrected_or_named() {
    let site = trust();
    let kit = site.as_person(KIT);
    let amir = somebody(&site, AMIR).unwrap();
    assert_eq!(kit.opens(&format!("/people/{}/correct", amir.id)).status, 404);
    let own = somebody(&site, KIT).unwrap();
    let page = kit.opens(&format!("/people/{}/correct", own.id));
    assert_eq!(page.status, 200);
    for what in ["correct", "leave"] {
        let own_form = page.form(&format!("/people/{}/{what}", own.id));
        let hidden = tags(&own_form, "input").into_iter().filter(|tag| tag.contains("hidden"));
        let field = |tag: String| (attribute(&tag, "name").unwrap(), attribute(&tag, "value").unwrap());
        let sent = kit.posts(&format!("/people/{}/{what}", amir.id), &hidden.map(field).collect::<Vec<_>>());
        assert_eq!(sent.status, 404);
    }
    assert_eq!(site.as_person(AMIR).opens("/people/add").status, 404);
}
