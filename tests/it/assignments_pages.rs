//! Deadlines and calendars on their pages: seen first, changed once, and only by whoever may.

use seamark::assignments::calendar::AcademicYear;
use seamark::assignments::rules::Standing;
use seamark::assignments::{self, BATCH, Completion, Means};
use seamark::clock::Day;
use seamark::courses::Kind;
use seamark::doctor;
use seamark::evidence::Draft;
use seamark::identity;
use seamark::people::rules::{AccessRole, PostFlags, RoleGroup, Urn, WorkEmail};
use seamark::people::{self, NewPerson, NewPost, Person};

use crate::house::at;
use crate::house::browser::{Browser, Page, attribute, tags};
use crate::house::site::Site;

const SAM: &str = "s.okafor@saltmarsh.example";
const KIT: &str = "k.marsh@saltmarsh.example";
const ADA: &str = "a.lind@saltmarsh.example";
const AMIR: &str = "a.shah@saltmarsh.example";
const HALF_TERM: &str = "/calendar/spans/half-term-2026-10-26";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Fairhaven Primary and Harbour Academy, asked since last year. Sam is the trust's HR, Kit is HR of Fairhaven, Ada is an
/// administrator; Amir began at Harbour on 5 October. All were listed that day, and so have until 9 November.
fn trust() -> Site {
    let site = Site::new();
    site.clock.set(at("2026-10-05", "09:14"));
    let library = site.app.library();
    site.act(move |act| {
        let fairhaven = people::add_school(act, &Urn::parse("100001").unwrap(), "Fairhaven Primary")?;
        let harbour = people::add_school(act, &Urn::parse("100002").unwrap(), "Harbour Academy")?;
        assignments::programme(act, &library.programme, day("2025-09-01"))?;
        let sam = list(act, "Sam", "Okafor", SAM, fairhaven, "2020-09-01");
        let kit = list(act, "Kit", "Marsh", KIT, fairhaven, "2020-09-01");
        let ada = list(act, "Ada", "Lind", ADA, harbour, "2020-09-01");
        list(act, "Amir", "Shah", AMIR, harbour, "2026-10-05");
        let today = act.now.day();
        identity::grant(act, &sam, AccessRole::HR, None, today, None)?;
        identity::grant(act, &kit, AccessRole::HR, Some(fairhaven), today, None)?;
        identity::grant(act, &ada, AccessRole::Administrator, None, today, None)?;
        Ok(())
    });
    reconcile(&site);
    site
}

fn list(act: &mut seamark::act::Act, forename: &str, surname: &str, email: &str, school: i64, from: &str) -> Person {
    let new = NewPerson {
        forename: forename.to_owned(),
        surname: surname.to_owned(),
        work_email: Some(WorkEmail::parse(email).unwrap()),
        ..NewPerson::default()
    };
    let post = NewPost {
        school,
        job_title: "Teacher".to_owned(),
        role_group: RoleGroup::Teacher,
        employment_type: String::new(),
        fte_basis_points: None,
        term_time_only: None,
        flags: PostFlags::default(),
        from: day(from),
        until: None,
        manager: None,
        manager_named: None,
    };
    people::list_person(act, &new, "", &post).unwrap()
}

fn reconcile(site: &Site) -> usize {
    let mut moved = 0;
    loop {
        let now = site.clock.now();
        let some = site.read(|conn| assignments::unreconciled(conn, now, BATCH));
        if some.is_empty() {
            return moved;
        }
        moved += site.act(move |act| assignments::reconcile(act, &some)).moved_due;
    }
}

fn requirement(site: &Site, slug: &str) -> i64 {
    let asked = site.read(assignments::requirements);
    asked.iter().find(|one| one.slug == slug).unwrap().id()
}

/// Sends these fields with the hidden ones of the page's last form for this address that has them, or else of its last form.
fn sends(browser: &Browser, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
    let words = page.words().replace("&#x3D;", "=").replace("&amp;", "&");
    let forms: Vec<&str> = words.split("<form").skip(1).collect();
    let is_for_it = |form: &&&str| {
        let has = |(name, _): &(&str, &str)| form.contains(&format!("name=\"{name}\""));
        form.contains(&format!("action=\"{action}\"")) && fields.iter().all(has)
    };
    let form = forms.iter().rfind(is_for_it).or(forms.last()).unwrap().split("</form>").next().unwrap();
    let hidden = tags(form, "input").into_iter().filter(|tag| tag.contains("type=\"hidden\""));
    let hidden = hidden.map(|tag| (attribute(&tag, "name").unwrap(), attribute(&tag, "value").unwrap()));
    let given = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    browser.posts(action, &hidden.chain(given).collect::<Vec<_>>())
}

fn rows(page: &Page) -> usize {
    page.words().matches("data-label=\"Was due\"").count()
}

#[test]
fn hr_sees_whom_a_new_due_day_touches_and_then_changes_it_once() {
    let site = trust();
    let sam = site.as_person(SAM);
    let list = sam.opens("/requirements");
    assert!(
        list.says("Acceptable use of social media") && list.says("All staff · each academic year · <b>due 31 October")
    );
    let id = requirement(&site, "acceptable-use");
    let preview = sends(
        &sam,
        &sam.opens("/requirements"),
        &format!("/requirements/{id}"),
        &[("due_day", "4 December"), ("starters", "20")],
    );
    assert_eq!(preview.status, 200);
    assert!(preview.says("This changes 4 due dates and mails nobody") && preview.says("It touches 4 people."));
    assert!(preview.says("Shah, Amir") && preview.says("9 November") && preview.says("4 December"));
    assert_eq!(rows(&preview), 4);
    assert_eq!(reconcile(&site), 0);

    let apply = format!("/requirements/{id}/apply");
    for _ in 0..2 {
        let done = sends(&sam, &preview, &apply, &[]);
        assert_eq!((done.status, done.location.as_deref()), (303, Some("/requirements")));
    }
    assert_eq!(reconcile(&site), 4);
    let terms = site.read(assignments::evidence_requirement_terms);
    assert_eq!(terms.len(), site.read(assignments::requirements).len() + 1);
    assert!(sam.opens("/requirements").says("due 4 December"));
}

#[test]
fn a_preview_reckons_from_the_rule_that_holds_though_the_last_change_is_not_worked_in() {
    let site = trust();
    let sam = site.as_person(SAM);
    let address = format!("/requirements/{}", requirement(&site, "acceptable-use"));
    let look = |day: &str| {
        let typed = [("due_day", day), ("starters", "20")];
        sends(&sam, &sam.opens("/requirements"), &address, &typed)
    };
    assert_eq!(sends(&sam, &look("4 December"), &format!("{address}/apply"), &[]).status, 303);
    let back = look("31 October");
    assert!(back.says("This changes 4 due dates and mails nobody"), "{}", back.words());
    assert!(back.says("4 December</td>") && back.says("<b>9 November</b>"), "{}", back.words());
    assert_eq!(look("4 December").location.as_deref(), Some("/requirements"), "nothing would change");
    assert!(look("4 Dec").location.is_some());
    let before = rows(&back);
    reconcile(&site);
    assert_eq!(rows(&look("31 October")), before);
}

#[test]
fn hr_stops_asking_for_something_from_a_day_and_nothing_that_is_done_is_lost() {
    let site = trust();
    let (sam, id) = (site.as_person(SAM), requirement(&site, "acceptable-use"));
    let (page, address) = (sam.opens("/requirements"), format!("/requirements/{id}"));
    let kit = person(&site, KIT);
    let done = asked(&site, &kit).into_iter().find(|(slug, _)| slug == "acceptable-use").unwrap();
    assert_eq!(done.1, Standing::Due);
    site.act(move |act| {
        let one = assignments::assignment_for(act.conn, kit.id, Kind::Course, "acceptable-use", act.now)?.id;
        let completion = Completion {
            means: Means::PassedAttempt,
            content_version: String::new(),
            at: act.now,
            connection_recorded: false,
        };
        let completed = assignments::complete(act, one, &completion)?;
        let entry = completed.in_entry(Draft::new("attempt-finished")?)?;
        Ok(act.record(entry))
    });
    let past = sends(&sam, &page, &address, &[("change", "withdraw"), ("from", "04/10/2026")]);
    assert!(past.status == 422 && past.says("Choose today or a later day.") && past.says("value=\"04/10/2026\""));
    assert!(past.says(&format!("href=\"#from-{id}\"")) && past.says(&format!("id=\"from-{id}\"")));

    let preview = sends(&sam, &page, &address, &[("change", "withdraw"), ("from", "12/10/2026")]);
    assert!(preview.says("asked of nobody from 12 October 2026"), "{}", preview.words());
    assert!(preview.says("This takes 3 due dates away and mails nobody") && preview.says("It touches 3 people."));
    assert!(preview.says("Shah, Amir") && preview.says("<b>not asked</b>") && !preview.says("Marsh, Kit"));
    assert_eq!(rows(&preview), 3);
    for _ in 0..2 {
        assert_eq!(sends(&sam, &preview, &format!("{address}/apply"), &[]).status, 303);
    }
    assert!(sam.opens("/requirements").says("for the last time on 11 October 2026"));
    reconcile(&site);
    let amir = person(&site, AMIR);
    assert_eq!(asked(&site, &amir).len(), 7, "it is asked until then");

    site.clock.set(at("2026-10-12", "09:14"));
    reconcile(&site);
    assert_eq!(asked(&site, &amir).len(), 6);
    assert!(asked(&site, &person(&site, KIT)).iter().any(|(slug, how)| slug == "acceptable-use" && how.is_completed()));
    let now = site.clock.now();
    let columns = |instant| site.read(|conn| assignments::requirements_as_at(conn, instant)).len();
    assert_eq!(columns(at("2026-10-11", "12:00")), columns(now) + 1);

    let sam = site.as_person(SAM);
    let again = sends(&sam, &sam.opens("/requirements"), &address, &[("change", "ask-again")]);
    assert!(again.says("3 things to do would be new.") && again.says("asked again from today"), "{}", again.words());
    assert_eq!(sends(&sam, &again, &format!("{address}/apply"), &[]).status, 303);
    reconcile(&site);
    let mine = site.read(|conn| assignments::my_training(conn, amir.id, now));
    let one = mine.iter().find(|one| one.slug == "acceptable-use").unwrap().status(now);
    assert_eq!(one.due, Some(day("2026-11-16")), "{}", one.why);
}

#[test]
fn taking_a_stop_back_before_its_day_leaves_everything_as_it_was() {
    let site = trust();
    let address = format!("/requirements/{}", requirement(&site, "acceptable-use"));
    let amir = person(&site, AMIR);
    let due = || {
        let now = site.clock.now();
        let mine = site.read(|conn| assignments::my_training(conn, amir.id, now));
        let status = mine.iter().find(|one| one.slug == "acceptable-use").unwrap().status(now);
        (status.due, status.why)
    };
    site.clock.set(at("2026-11-20", "09:14"));
    reconcile(&site);
    let sam = site.as_person(SAM);
    let (before, list) = (due(), sam.opens("/requirements").words());
    assert!(list.contains("Asked since 1 September 2025. Whoever is new has 20 working days."));
    let changes = |fields: &[(&str, &str)]| {
        let preview = sends(&sam, &sam.opens("/requirements"), &address, fields);
        assert_eq!(sends(&sam, &preview, &format!("{address}/apply"), &[]).status, 303);
        preview
    };
    changes(&[("change", "withdraw"), ("from", "01/12/2026")]);
    let stopped = sam.opens("/requirements");
    assert!(stopped.says("for the last time on 30 November 2026") && stopped.says("Go on asking for it"));
    let back = changes(&[("change", "ask-again")]);
    assert!(back.says("This changes no due date and mails nobody"), "{}", back.words());
    assert_eq!(reconcile(&site), 0);
    assert_eq!(due(), before, "what was overdue is as late as before");
    let asked = |words: &str| words.matches("Asked since 1 September 2025. Whoever is new has 20").count();
    assert_eq!(asked(&sam.opens("/requirements").words()), asked(&list));
}

fn person(site: &Site, email: &str) -> Person {
    let email = WorkEmail::parse(email).unwrap();
    site.read(|conn| people::person_by_email(conn, &email)).unwrap()
}

/// What is asked of somebody now, and how it stands.
fn asked(site: &Site, person: &Person) -> Vec<(String, Standing)> {
    let now = site.clock.now();
    let mine = site.read(|conn| assignments::my_training(conn, person.id, now));
    mine.into_iter().map(|one| (one.slug.clone(), one.status(now).standing)).collect()
}

#[test]
fn what_was_typed_wrongly_stays_and_is_explained() {
    let site = trust();
    let sam = site.as_person(SAM);
    let id = requirement(&site, "data-protection");
    let wrong = [("due_day", "31 Octember"), ("starters", "lots")];
    let again = sends(&sam, &sam.opens("/requirements"), &format!("/requirements/{id}"), &wrong);
    assert_eq!(again.status, 422);
    assert!(again.says("31 Octember") && again.says("Write a day and a month, such as 31 October."));
    assert!(again.says(&format!("href=\"#due-{id}\"")) && again.says(&format!("id=\"due-{id}\"")));
    assert!(again.says("value=\"lots\""));
    let bad_dates = [("first_day", "30/10/2026"), ("last_day", "26 Oct")];
    let again = sends(&sam, &sam.opens("/calendar"), &format!("{HALF_TERM}?school=100002&year=2026"), &bad_dates);
    assert_eq!(again.status, 422);
    assert!(again.says("Write the last day as dd/mm/yyyy") && again.says("value=\"26 Oct\""));
    assert!(again.says("href=\"#last-half-term-2026-10-26\"") && again.says("id=\"last-half-term-2026-10-26\""));
    let backwards = [("kind", "inset"), ("first_day", "13/11/2026"), ("last_day", "12/11/2026")];
    let again = sends(&sam, &sam.opens("/calendar"), "/calendar/spans/new?school=100002&year=2026", &backwards);
    assert!(again.status == 422 && again.says("The last day must not lie before the first."));
    let twice = [("kind", "term"), ("first_day", "01/12/2026"), ("last_day", "05/01/2027")];
    let again = sends(&sam, &sam.opens("/calendar"), "/calendar/spans/new?school=100002&year=2026", &twice);
    assert!(again.status == 422 && again.says("Two terms cannot run on the same days."));
    let elsewhen = [("kind", "inset"), ("first_day", "12/11/2029"), ("last_day", "12/11/2029")];
    let again = sends(&sam, &sam.opens("/calendar"), "/calendar/spans/new?school=100002&year=2026", &elsewhen);
    assert!(again.status == 422 && again.says("This page is about 2026 to 2027."));
}

#[test]
fn a_longer_half_term_moves_the_due_days_of_that_school() {
    let site = trust();
    let sam = site.as_person(SAM);
    let place = "school=100002&year=2026";
    let page = sam.opens(&format!("/calendar?{place}"));
    assert!(page.says("Calendar of Harbour Academy, 2026 to 2027") && page.says("England’s usual dates"));
    let span = format!("{HALF_TERM}?{place}");
    let preview = sends(&sam, &page, &span, &[("first_day", "19/10/2026"), ("last_day", "30.10.2026")]);
    assert!(
        preview.says("Harbour Academy, Autumn half-term: 26 October to 30 October becomes 19 October to 30 October")
    );
    assert!(preview.says("This changes 14 due dates and mails nobody") && preview.says("It touches 2 people."));
    assert!(preview.says("Acceptable use of social media and 6 more") && rows(&preview) == 2);
    let apply = format!("{HALF_TERM}/apply?{place}");
    for _ in 0..2 {
        assert_eq!(sends(&sam, &preview, &apply, &[]).location, Some(format!("/calendar?{place}")));
    }
    assert_eq!(reconcile(&site), 14);
    let page = sam.opens(&format!("/calendar?{place}"));
    assert!(page.says("19 October 2026") && page.says("this school"));
    assert!(!sam.opens("/calendar?school=100001&year=2026").says("19 October 2026"));

    let late = sends(&sam, &page, &span, &[("first_day", "19/10/2026"), ("last_day", "30/10/2026")]);
    assert!(late.status == 403 && late.says("These days are no longer in the calendar."));
}

#[test]
fn a_day_can_be_added_for_all_schools_and_taken_off_again() {
    let site = trust();
    let ada = site.as_person(ADA);
    let page = ada.opens("/calendar");
    assert!(page.says("Calendar of all schools, 2026 to 2027"));
    let day = [("kind", "bank-holiday"), ("first_day", "09/11/2026"), ("last_day", "09/11/2026")];
    let preview = sends(&ada, &page, "/calendar/spans/new?school=trust&year=2026", &day);
    assert!(preview.says("All schools, Bank holiday, 9 November: new") && preview.says("10 November"));
    let done = sends(&ada, &preview, "/calendar/spans/new/apply?school=trust&year=2026", &[]);
    assert_eq!(done.status, 303);
    assert_eq!(reconcile(&site), 28);

    let span = "/calendar/spans/bank-holiday-2026-11-09";
    let page = ada.opens("/calendar");
    let preview = sends(&ada, &page, &format!("{span}?school=trust&year=2026"), &[("take_off", "yes")]);
    assert!(preview.says("Bank holiday, 9 November: taken off"));
    let done = sends(&ada, &preview, &format!("{span}/apply?school=trust&year=2026"), &[]);
    assert_eq!(done.status, 303);
    assert_eq!(reconcile(&site), 28);
}

#[test]
fn usual_term_dates_are_to_be_confirmed_until_somebody_has_confirmed_them() {
    let site = trust();
    let words = "These term dates are to be confirmed by the trust";
    let (sam, kit) = (site.as_person(SAM), site.as_person(KIT));
    let says = |browser: &Browser, place: &str| browser.opens(&format!("/calendar?{place}")).says(words);
    let (fairhaven, harbour) = ("school=100001&year=2026", "school=100002&year=2026");
    assert!(says(&sam, "school=trust&year=2026") && says(&sam, harbour) && says(&kit, fairhaven));
    let doctor = || {
        let found: Vec<String> = doctor::examine(&site.app.desk.config).iter().map(ToString::to_string).collect();
        found.into_iter().find(|line| line.contains("term dates:")).unwrap()
    };
    assert!(doctor().contains("to be confirmed by the trust for") || doctor().contains("not known"), "{}", doctor());

    let confirm = format!("/calendar/confirm?{fairhaven}");
    let page = kit.opens(&format!("/calendar?{fairhaven}"));
    let before = page.words().matches("data-label=\"From\"").count();
    for _ in 0..2 {
        assert_eq!(sends(&kit, &page, &confirm, &[]).location, Some(format!("/calendar?{fairhaven}")));
    }
    assert!(!says(&kit, fairhaven) && says(&sam, harbour));
    let page = kit.opens(&format!("/calendar?{fairhaven}"));
    assert_eq!(page.words().matches("data-label=\"From\"").count(), before);
    assert_eq!(reconcile(&site), 0, "no due day has moved");
    assert_eq!(sends(&kit, &page, &format!("/calendar/confirm?{harbour}"), &[]).status, 404);

    let dates = [("first_day", "19/10/2026"), ("last_day", "30/10/2026")];
    let preview = sends(&sam, &sam.opens(&format!("/calendar?{harbour}")), &format!("{HALF_TERM}?{harbour}"), &dates);
    sends(&sam, &preview, &format!("{HALF_TERM}/apply?{harbour}"), &[]);
    assert!(says(&sam, harbour), "one line that was changed says nothing of the others");
    assert!(says(&sam, "school=trust&year=2026") && says(&sam, "school=100002&year=2027"));
}

/// How many lines each has set: the school, the trust, and nobody but England's usual dates.
fn set_by(page: &Page) -> [usize; 3] {
    ["this school", "the trust", "England’s usual dates"]
        .map(|who| page.words().matches(&format!("<td data-label=\"Set by\">{who}</td>")).count())
}

/// What somebody sees of the calendar after they have changed one line of it.
fn changes_line(of: &Browser, place: &str, span: &str, fields: &[(&str, &str)]) -> Page {
    let page = of.opens(&format!("/calendar?{place}"));
    let preview = sends(of, &page, &format!("/calendar/spans/{span}?{place}"), fields);
    assert_eq!(preview.status, 200, "{span}");
    assert_eq!(sends(of, &preview, &format!("/calendar/spans/{span}/apply?{place}"), &[]).status, 303, "{span}");
    of.opens(&format!("/calendar?{place}"))
}

const TO_BE_CONFIRMED: &str = "These term dates are to be confirmed by the trust";

#[test]
fn changing_one_line_leaves_the_others_usual_and_to_be_confirmed_for_the_trust_and_for_a_school() {
    for (place, mine) in [("school=trust&year=2026", 1), ("school=100002&year=2026", 0)] {
        let site = trust();
        let sam = site.as_person(SAM);
        let usual = set_by(&sam.opens(&format!("/calendar?{place}")))[2];
        let own = |count: usize, left: usize| {
            let mut lines = [0, 0, left];
            lines[mine] = count;
            lines
        };
        let moved = [("first_day", "19/10/2026"), ("last_day", "23/10/2026")];
        let page = changes_line(&sam, place, "half-term-2026-10-26", &moved);
        assert!(page.says(TO_BE_CONFIRMED) && page.says("23 October 2026") && !page.says("30 October 2026"));
        assert_eq!(set_by(&page), own(1, usual - 1), "{place}");

        let longer = [("first_day", "01/09/2026"), ("last_day", "17/12/2026")];
        let page = changes_line(&sam, place, "term-2026-09-01", &longer);
        assert!(page.says(TO_BE_CONFIRMED) && page.says("17 December 2026") && !page.says("18 December 2026"));
        assert_eq!(set_by(&page), own(2, usual - 2), "{place}: a term too");

        let page = changes_line(&sam, place, "inset-2027-01-04", &[("take_off", "yes")]);
        assert!(page.says(TO_BE_CONFIRMED));
        assert_eq!(set_by(&page), own(2, usual - 3), "{place}: a usual one is taken off, and nothing else");

        let back = [("first_day", "26/10/2026"), ("last_day", "30/10/2026")];
        let page = changes_line(&sam, place, "half-term-2026-10-19", &back);
        assert_eq!(set_by(&page), own(1, usual - 2), "{place}: what is as it was is a usual date again");

        let page = changes_line(&sam, place, "term-2026-09-01", &[("take_off", "yes")]);
        assert!(page.says(TO_BE_CONFIRMED) && !page.says("17 December 2026") && !page.says("18 December 2026"));
        assert_eq!(set_by(&page), own(0, usual - 2), "{place}: one’s own is taken off, and the usual one stays off");
        let known = site.read(assignments::calendars);
        let harbour = known.of(&Urn::parse("100002").unwrap());
        assert!(!harbour.is_inset_day(day("2027-01-04")) && harbour.is_to_be_confirmed(AcademicYear(2026)));

        let confirm = format!("/calendar/confirm?{place}");
        assert_eq!(sends(&sam, &page, &confirm, &[]).status, 303);
        let page = sam.opens(&format!("/calendar?{place}"));
        assert!(!page.says(TO_BE_CONFIRMED));
        assert_eq!(set_by(&page), own(usual - 2, 0), "{place}: confirmed, the whole year is their own");
    }
}

#[test]
fn a_schools_own_half_term_stands_once_when_the_trust_moves_its_own() {
    let site = trust();
    let (sam, harbour) = (site.as_person(SAM), "school=100002&year=2026");
    changes_line(&sam, harbour, "half-term-2026-10-26", &[("first_day", "19/10/2026"), ("last_day", "30/10/2026")]);
    let moved = [("first_day", "02/11/2026"), ("last_day", "06/11/2026")];
    changes_line(&sam, "school=trust&year=2026", "half-term-2026-10-26", &moved);
    let page = sam.opens(&format!("/calendar?{harbour}"));
    assert_eq!(page.words().matches("<th scope=\"row\">Autumn half-term</th>").count(), 1);
    assert!(page.says("19 October 2026") && !page.says("6 November 2026"));
}

#[test]
fn an_inset_day_that_is_added_leaves_the_other_days_to_be_confirmed() {
    let site = trust();
    let (sam, place) = (site.as_person(SAM), "school=trust&year=2026");
    let open = || sam.opens(&format!("/calendar?{place}"));
    let usual = |page: &Page| page.words().matches("England’s usual dates").count();
    let before = usual(&open());
    let inset = [("kind", "inset"), ("first_day", "18/01/2027"), ("last_day", "18/01/2027")];
    let preview = sends(&sam, &open(), &format!("/calendar/spans/new?{place}"), &inset);
    assert_eq!(sends(&sam, &preview, &format!("/calendar/spans/new/apply?{place}"), &[]).status, 303);
    let page = open();
    assert_eq!((usual(&page), page.words().matches("<td data-label=\"Set by\">the trust</td>").count()), (before, 1));
    assert!(page.says("to be confirmed by the trust") && page.says("These dates are right"));
    let in_force = site.read(assignments::calendars);
    let known = in_force.of_the_trust();
    assert!(known.is_to_be_confirmed(AcademicYear(2026)) && known.is_inset_day(day("2027-01-18")));

    let own = "/calendar/spans/inset-2027-01-18";
    let preview = sends(&sam, &page, &format!("{own}?{place}"), &[("take_off", "yes")]);
    assert_eq!(sends(&sam, &preview, &format!("{own}/apply?{place}"), &[]).status, 303);
    let page = open();
    assert!(usual(&page) == before && page.says("to be confirmed by the trust"));
    assert!(!page.says("18 January 2027"));
}

#[test]
fn one_schools_hr_keeps_its_own_calendar_and_changes_nothing_else() {
    let site = trust();
    let kit = site.as_person(KIT);
    let page = kit.opens("/calendar");
    assert!(page.says("Calendar of Fairhaven Primary") && !page.says("Harbour Academy"));
    assert_eq!(kit.opens("/calendar?school=100002&year=2026").status, 404);
    assert_eq!(kit.opens("/calendar?school=trust&year=2026").status, 404);
    let dates = [("first_day", "19/10/2026"), ("last_day", "30/10/2026")];
    for elsewhere in ["100002", "trust"] {
        for end in ["", "/apply"] {
            let address = format!("{HALF_TERM}{end}?school={elsewhere}&year=2026");
            assert_eq!(sends(&kit, &page, &address, &dates).status, 404, "{address}");
        }
    }
    assert_eq!(sends(&kit, &page, &format!("{HALF_TERM}?school=100001&year=2026"), &dates).status, 200);

    let list = kit.opens("/requirements");
    assert!(list.says("due 31 October") && !list.says("Change when it is due"));
    let id = requirement(&site, "acceptable-use");
    for end in ["", "/apply"] {
        let address = format!("/requirements/{id}{end}");
        let tried = sends(&kit, &list, &address, &[("due_day", "4 December"), ("starters", "20")]);
        assert_eq!(tried.status, 404);
    }
    assert_eq!(site.as_person(AMIR).opens("/requirements").status, 404);
    assert_eq!(site.as_person(AMIR).opens("/calendar").status, 404);
}

#[test]
fn deadlines_show_hr_who_is_exempt_or_away_in_their_schools() {
    let site = trust();
    site.act(|act| {
        let email = |text: &str| WorkEmail::parse(text).unwrap();
        let amir = people::person_by_email(act.conn, &email(AMIR))?.unwrap();
        let kit = people::person_by_email(act.conn, &email(KIT))?.unwrap();
        people::pause(act, &amir, day("2026-10-12"), None)?;
        assignments::exempt(act, &kit, None, "On secondment", day("2026-10-05"), Some(day("2026-12-18")))
    });
    let seen = site.as_person(SAM).opens("/requirements");
    assert!(seen.says("Exempt: everything") && seen.says("On secondment") && seen.says("18 December 2026"));
    assert!(seen.says("Shah, Amir") && seen.says("Away from 12 October 2026") && seen.says("not known"));
    let seen = site.as_person(KIT).opens("/requirements");
    assert!(seen.says("Marsh, Kit") && !seen.says("Shah, Amir"));
    assert!(!site.as_person(ADA).opens("/requirements").says("Shah, Amir"));
}

// ── what a job includes

#[test]
fn hr_see_what_an_extra_job_asks_and_what_is_overdue_at_once_before_it_happens() {
    let site = trust();
    site.clock.set(at("2026-11-24", "09:14"));
    reconcile(&site);
    let (sam, kit) = (site.as_person(SAM), person(&site, KIT));
    let (page, action) = (format!("/people/{}/correct", kit.id), format!("/people/{}/duties", kit.id));
    let asked_of_kit = || asked(&site, &kit).len();
    let before = asked_of_kit();
    let preview = sends(&sam, &sam.opens(&page), &action, &[("duties", "images")]);
    assert!(preview.says("Kit Marsh: what the job includes"), "{}", preview.words());
    assert!(preview.says("This asks for 1 thing more and mails nobody") && preview.says("1 thing to do would be new."));
    assert!(preview.says("One of these would be overdue at once. Their days count from when the job began."));
    assert!(preview.says("<td data-label=\"Was due\">not asked</td>") && preview.says("<b>9 November</b>"));
    assert_eq!((rows(&preview), asked_of_kit()), (1, before), "nothing has happened yet");

    let apply = format!("{action}/apply");
    let done = sends(&sam, &preview, &apply, &[("more_time", "yes")]);
    let later = done.location.unwrap();
    assert!(later.starts_with(&format!("/people/{}/assignments/", kit.id)) && later.ends_with("/later"), "{later}");
    let more_time = sam.opens(&later);
    assert!(more_time.status == 200 && more_time.says("It is due on 9 November 2026."), "{}", more_time.words());
    assert_eq!(asked_of_kit(), before + 1);

    let same = sends(&sam, &sam.opens(&page), &action, &[("duties", "images")]);
    assert_eq!(same.location.as_deref(), Some(&*format!("/people/{}", kit.id)), "nothing would change");
    let off = sends(&sam, &sam.opens(&page), &action, &[("duties", "")]);
    assert!(off.says("This takes 1 due date away and mails nobody") && off.says("<b>not asked</b>"), "{}", off.words());
    assert!(!off.says("then give more time"));
    assert_eq!(sends(&sam, &off, &apply, &[]).location.as_deref(), Some(&*format!("/people/{}", kit.id)));
    reconcile(&site);
    assert_eq!(asked_of_kit(), before);

    let elsewhere = format!("/people/{}/duties", person(&site, AMIR).id);
    let kits = site.as_person(KIT);
    for address in [elsewhere.clone(), format!("{elsewhere}/apply")] {
        assert_eq!(sends(&kits, &kits.opens(&page), &address, &[("duties", "images")]).status, 404, "{address}");
    }
}

#[test]
fn a_preview_says_the_year_where_it_is_not_plain_and_one_order_holds_for_all_names() {
    let site = trust();
    let sam = site.as_person(SAM);
    let address = format!("/requirements/{}", requirement(&site, "acceptable-use"));
    let look = |due: &str| sends(&sam, &sam.opens("/requirements"), &address, &[("due_day", due), ("starters", "20")]);
    let far = look("15 March");
    assert!(far.says("9 November 2026</td>") && far.says("<b>15 March 2027</b>"), "{}", far.words());
    let near = look("4 December");
    assert!(near.says("9 November</td>") && near.says("<b>4 December</b>"));
    let starters = sends(&sam, &sam.opens("/requirements"), &address, &[("due_day", "31 October"), ("starters", "25")]);
    assert!(starters.says("25 working days for whoever is new, not 20") && !starters.says("from 31 October"));
}

#[test]
fn whoever_recorded_time_away_stands_in_the_list_and_saving_the_same_days_changes_nothing() {
    let site = trust();
    let (sam, amir) = (site.as_person(SAM), person(&site, AMIR));
    let away = format!("/people/{}/pause", amir.id);
    let days = [("pause_from", "12/10/2026"), ("pause_to", "02/11/2026")];
    let preview = sends(&sam, &sam.opens(&away), &away, &days);
    assert_eq!(sends(&sam, &preview, &format!("{away}/apply"), &[]).status, 303, "{}", preview.words());
    let list = sam.opens("/requirements");
    assert!(list.says("Away from 12 October 2026") && list.says("5 October by Sam Okafor"), "{}", list.words());
    let same = sends(&sam, &sam.opens(&away), &away, &[("pause", "1"), days[0], days[1]]);
    assert_eq!(same.location.as_deref(), Some(&*away), "{}", same.words());
}
