//! Chasing: whom HR may write to, who is left out and why, one letter a person, and nobody twice.

use proptest::prelude::*;
use seamark::app::App;
use seamark::assignments::calendar::Calendar;
use seamark::assignments::rules::Standing;
use seamark::clock::{Day, Instant};
use seamark::courses::Kind;
use seamark::courses::views::Minutes;
use seamark::mail::outbox::{self, Row};
use seamark::mail::{Delivery, Transport};
use seamark::people::{self, Person, Scope};
use seamark::postman::send_due;
use seamark::problem::Problem;
use seamark::reminders::rules::{Known, Last, LeftOut, leaves, left_out};
use seamark::reminders::{self, Foreseen};
use seamark::{assignments, attempts, settings};

use crate::attestations_room::Trust;
use crate::house::at;
use crate::house::browser::{Browser, Page};
use crate::house::post_office::{Manner, PostOffice};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

// ── when a letter leaves

#[test]
fn a_reminder_leaves_between_8_and_18_on_its_readers_working_days() {
    let cases = [
        // Tuesday: at once, or at eight.
        (("2026-11-24", "09:14"), ("2026-11-24", "09:14"), ("2026-11-24", "09:14")),
        (("2026-11-24", "08:00"), ("2026-11-24", "08:00"), ("2026-11-24", "08:00")),
        (("2026-11-24", "07:59"), ("2026-11-24", "08:00"), ("2026-11-24", "08:00")),
        (("2026-11-24", "17:59"), ("2026-11-24", "17:59"), ("2026-11-24", "17:59")),
        (("2026-11-24", "18:00"), ("2026-11-25", "08:00"), ("2026-11-25", "08:00")),
        // A weekend.
        (("2026-11-27", "18:00"), ("2026-11-30", "08:00"), ("2026-11-30", "08:00")),
        (("2026-11-28", "12:00"), ("2026-11-30", "08:00"), ("2026-11-30", "08:00")),
        // Half-term is for term-time staff alone.
        (("2026-10-27", "12:00"), ("2026-10-27", "12:00"), ("2026-11-02", "08:00")),
        // Christmas Day, a Friday; Boxing Day's substitute is Monday 28.
        (("2026-12-25", "10:00"), ("2026-12-29", "08:00"), ("2027-01-04", "08:00")),
        // The night in which the clocks go back.
        (("2026-10-25", "01:30"), ("2026-10-26", "08:00"), ("2026-11-02", "08:00")),
    ];
    for ((day, time), all_year, term_time) in cases {
        let calendar = Calendar::england();
        assert_eq!(leaves(at(day, time), calendar, false), at(all_year.0, all_year.1), "{day} {time}, all year");
        assert_eq!(leaves(at(day, time), calendar, true), at(term_time.0, term_time.1), "{day} {time}, term time");
    }
}

proptest! {
    #[test]
    fn no_reminder_leaves_early_or_out_of_hours(minutes in 0i64..900_000, term_time: bool) {
        let now = at("2026-09-01", "00:00").plus_minutes(minutes);
        let then = leaves(now, Calendar::england(), term_time);
        prop_assert!(then >= now);
        prop_assert!((480..1080).contains(&then.minute_of_day()));
        prop_assert!(Calendar::england().is_working_day(then.day(), term_time));
        prop_assert_eq!(leaves(then, Calendar::england(), term_time), then);
    }
}

// ── who is left out

#[test]
fn whoever_has_nothing_to_do_or_cannot_be_reached_is_left_out_and_hr_sees_why() {
    let today = day("2026-11-24");
    let late = vec![Standing::Overdue { days: 3 }, Standing::Completed { late: false, connection_recorded: false }];
    let known =
        |standings: &[Standing], last| Known { has_post: true, has_email: true, standings: standings.to_vec(), last };
    let cases = [
        (known(&late, Last::None), None),
        (known(&[Standing::Due], Last::None), None),
        (known(&[Standing::DueSoon { days: 1 }], Last::None), None),
        (Known { has_post: false, ..known(&late, Last::None) }, Some(LeftOut::Gone)),
        (Known { has_email: false, ..known(&late, Last::None) }, Some(LeftOut::NoEmail)),
        (known(&[], Last::None), Some(LeftOut::NothingToDo)),
        (known(&[Standing::Exempt, Standing::NotDue], Last::None), Some(LeftOut::NothingToDo)),
        (known(&[Standing::Paused, Standing::Exempt], Last::None), Some(LeftOut::Paused)),
        (known(&[Standing::QueryOpen], Last::None), Some(LeftOut::Waiting)),
        (known(&[Standing::DiscussionNeeded], Last::None), Some(LeftOut::Waiting)),
        (known(&[Standing::QueryOpen, Standing::Due], Last::None), None),
        (known(&late, Last::OnItsWay), Some(LeftOut::OnItsWay)),
        (known(&late, Last::CameBack), Some(LeftOut::CameBack)),
        (known(&late, Last::Left(today)), Some(LeftOut::Recently(today))),
        (known(&late, Last::Left(today.plus(-2))), Some(LeftOut::Recently(today.plus(-2)))),
        (known(&late, Last::Left(today.plus(-3))), None),
    ];
    for (known, wanted) in cases {
        assert_eq!(left_out(&known, today), wanted, "{known:?}");
    }
}

// ── chasing. It is 10:00 on Tuesday 24 November 2026; everything has been due since 2 November.

struct Chasing {
    trust: Trust,
    app: App,
    caught: Delivery,
}

impl Chasing {
    fn new() -> Chasing {
        let trust = Trust::new();
        trust.it_is("2026-11-24", "10:00");
        trust.act(|act| settings::write(act.conn, act.now, None, settings::MAIL_FROM, "training@saltmarsh.example"));
        seamark::app::read_house(&trust.app.desk).unwrap();
        let caught = Delivery::default();
        let app = App { transport: Some(Transport::Memory(caught.clone())), ..trust.app.clone() };
        Chasing { trust, app, caught }
    }

    fn chases(&self, scope: Scope, people: &[&Person]) -> Result<Foreseen, Problem> {
        let (library, named) = (self.app.library(), ids(people));
        let who = seamark::evidence::Actor::system();
        self.app.act(who, move |act| reminders::chase(act, &library, &scope, &named, "Helen Nair"))
    }

    fn why(&self, person: &Person) -> Option<LeftOut> {
        let (named, now) = (ids(&[person]), self.app.desk.clock.now());
        let look = |conn: &mut seamark::db::Conn| {
            reminders::foresee(conn, &self.app.library(), &Scope::Trust, &named, "Helen Nair", now)
        };
        let mut foreseen = self.app.read(look).unwrap();
        foreseen.left_out.pop().map(|(_, why)| why)
    }

    fn letters(&self) -> Vec<Row> {
        self.trust.letters(reminders::KIND)
    }
}

fn ids(people: &[&Person]) -> Vec<i64> {
    people.iter().map(|person| person.id).collect()
}

#[test]
fn one_letter_names_everything_that_is_to_do_and_its_day() {
    let chasing = Chasing::new();
    let (priya, mo) = (chasing.trust.priya.clone(), chasing.trust.mo.clone());
    let done = chasing.chases(Scope::Trust, &[&priya, &mo]).unwrap();
    assert_eq!((done.letters.len(), done.left_out.len(), chasing.letters().len()), (2, 0, 2));
    assert_eq!(send_due(&chasing.app).unwrap(), 2);
    let letter = chasing.caught.letters().into_iter().find(|letter| letter.recipient.starts_with("priya")).unwrap();
    let items: Vec<&str> = letter.text.lines().filter(|line| line.starts_with("- ")).collect();
    assert_eq!(items.len(), 7, "{}", letter.text);
    assert!(items.iter().all(|line| line.ends_with("It was due on 2 November.")), "{}", letter.text);
    assert!(letter.subject.starts_with("7 things to finish, about "), "{}", letter.subject);
    assert!(letter.text.contains("Helen Nair, Saltmarsh Academies Trust"));
    let entry = &chasing.trust.entries("chase")[0];
    assert_eq!(entry["letters"], 2);
}

#[test]
fn a_letter_says_as_many_minutes_as_its_readers_own_page() {
    let chasing = Chasing::new();
    let priya = chasing.trust.priya.clone();
    let (id, version) = (priya.id, chasing.app.library().course("acceptable-use").unwrap().pages[0].name.clone());
    chasing.trust.act(move |act| {
        let one = assignments::assignment_for(act.conn, id, Kind::Course, "acceptable-use", act.now)?.id;
        attempts::read_page(act, one, &version)
    });
    let page = Browser::of(&chasing.app, priya.id).opens("/").words();
    // "20", or "20 to 30".
    let read = |words: &str| -> Option<Minutes> {
        let (least, most) = words.split_once(" to ").unwrap_or((words, words));
        Some(Minutes { least: least.parse().ok()?, most: most.parse().ok()? })
    };
    let shown = page.split(" min<").filter_map(|before| read(before.rsplit('>').next()?));
    assert_eq!(shown.clone().count(), 7, "{page}");
    let minutes: Minutes = shown.sum();
    chasing.chases(Scope::Trust, &[&priya]).unwrap();
    send_due(&chasing.app).unwrap();
    let letter = chasing.caught.letters().remove(0);
    assert_eq!(letter.subject, format!("7 things to finish, about {minutes} minutes"));
    let told = letter.text.split(", about ").filter_map(|rest| read(rest.split(" minutes.").next()?));
    assert_eq!(told.sum::<Minutes>(), minutes, "{}", letter.text);
}

#[test]
fn nobody_is_chased_again_until_three_days_after_the_last_letter_left() {
    let chasing = Chasing::new();
    let priya = chasing.trust.priya.clone();
    chasing.chases(Scope::Trust, &[&priya]).unwrap();
    assert_eq!(chasing.why(&priya), Some(LeftOut::OnItsWay));
    let refused = chasing.chases(Scope::Trust, &[&priya]).unwrap_err();
    assert!(matches!(refused, Problem::Refused(why) if why.contains("nobody left to write to")));
    send_due(&chasing.app).unwrap();
    assert_eq!(chasing.why(&priya), Some(LeftOut::Recently(day("2026-11-24"))));
    chasing.trust.it_is("2026-11-26", "17:00");
    assert!(chasing.why(&priya).is_some());
    chasing.trust.it_is("2026-11-27", "08:00");
    assert_eq!(chasing.why(&priya), None);
}

#[test]
fn whoever_finishes_between_preview_and_confirmation_gets_no_letter() {
    let chasing = Chasing::new();
    let priya = chasing.trust.priya.clone();
    assert_eq!(chasing.why(&priya), None);
    chasing.trust.does_what_comes_first(&priya);
    let (person, requirement) = (
        priya.clone(),
        chasing.trust.assignment(&priya, seamark::courses::Kind::Policy, crate::attestations_room::POLICY).requirement,
    );
    chasing.trust.act(move |act| {
        assignments::exempt(act, &person, Some(requirement), "Signed on paper", act.now.day(), None).map(|_| ())
    });
    let done = chasing.chases(Scope::Trust, &[&priya, &chasing.trust.mo]).unwrap();
    assert_eq!(done.letters.len(), 1);
    assert_eq!(done.left_out[0].1, LeftOut::NothingToDo);
}

#[test]
fn one_schools_hr_cannot_write_to_anybody_of_another() {
    let chasing = Chasing::new();
    let (priya, helen, mo) = (&chasing.trust.priya, &chasing.trust.helen, &chasing.trust.mo);
    let oak = chasing.app.read(people::schools).unwrap().into_iter().find(|one| one.name == "Oak Primary").unwrap().id;
    let done = chasing.chases(Scope::Schools(vec![oak]), &[priya, mo]).unwrap();
    assert_eq!((done.letters.len(), done.left_out.len()), (1, 0), "Mo is not there at all");
    let browser = chasing.trust.browser(helen);
    let page = browser.opens("/chase?status=due");
    assert!(page.says("Nair, Priya") && !page.says("Nair, Mo") && !page.says("Elm Academy"), "{}", page.words());
    let preview = browser.fills_in(&page, "/chase/preview", &[("person", &mo.id.to_string())]);
    assert!(!preview.says("Mo Nair") && !preview.says("mo@oak"), "{}", preview.words());
}

#[test]
fn two_who_chase_at_once_write_to_nobody_twice() {
    let chasing = Chasing::new();
    let (priya, mo) = (chasing.trust.priya.clone(), chasing.trust.mo.clone());
    std::thread::scope(|scope| {
        for people in [[&priya, &mo], [&mo, &priya], [&priya, &mo]] {
            let chasing = &chasing;
            scope.spawn(move || chasing.chases(Scope::Trust, &people));
        }
    });
    assert_eq!(chasing.letters().len(), 2);
}

// ── letters that did not arrive

fn over_smtp(chasing: &mut Chasing, manner: Manner) -> PostOffice {
    let server = PostOffice::open();
    server.is(manner);
    chasing.app.transport = Some(Transport::parse(&server.url()).unwrap());
    server
}

#[test]
fn whoever_s_letter_came_back_is_left_out_until_their_address_is_corrected() {
    let mut chasing = Chasing::new();
    let server = over_smtp(&mut chasing, Manner::Answers("550 5.1.1 nobody here of that name"));
    let priya = chasing.trust.priya.clone();
    chasing.chases(Scope::Trust, &[&priya]).unwrap();
    send_due(&chasing.app).unwrap();
    assert_eq!(chasing.why(&priya), Some(LeftOut::CameBack));
    let right = Person { work_email: Some("p.nair@oak.example.sch.uk".parse().unwrap()), ..priya.clone() };
    chasing.trust.act(move |act| people::correct_person(act, &right));
    assert_eq!(chasing.why(&priya), None);
    server.is(Manner::Takes);
    chasing.chases(Scope::Trust, &[&priya]).unwrap();
    assert_eq!(send_due(&chasing.app).unwrap(), 1);
    assert!(server.arrived()[0].to.contains("p.nair@"));
}

#[test]
fn when_our_own_mail_was_down_for_too_long_everybody_can_be_chased_again() {
    let mut chasing = Chasing::new();
    let _server = over_smtp(&mut chasing, Manner::HangsUpAtOnce);
    let priya = chasing.trust.priya.clone();
    chasing.chases(Scope::Trust, &[&priya]).unwrap();
    for _ in 0..40 {
        send_due(&chasing.app).unwrap();
        let row = chasing.letters().remove(0);
        if row.state == outbox::FAILED {
            break;
        }
        chasing.trust.clock.set(Instant(row.not_before));
    }
    assert_eq!(chasing.letters()[0].state, outbox::FAILED);
    assert_eq!(chasing.why(&priya), None);
}

// ── the pages

fn ticked(page: &Page) -> usize {
    page.tags("input").iter().filter(|tag| tag.contains("name=\"person\"") && tag.contains("checked")).count()
}

#[test]
fn hr_chooses_sees_the_very_letters_and_confirms() {
    let chasing = Chasing::new();
    let (priya, helen) = (chasing.trust.priya.clone(), chasing.trust.helen.clone());
    let browser = chasing.trust.browser(&helen);
    let page = browser.opens("/chase");
    assert!(page.says("2 people are overdue") && page.says("22 days late") && page.says("never"), "{}", page.words());
    assert_eq!((ticked(&page), ticked(&browser.opens("/overview"))), (2, 2));
    let (one, other) = (priya.id.to_string(), helen.id.to_string());
    let preview = browser.fills_in(&page, "/chase/preview", &[("person", &one), ("person", &other)]);
    assert!(preview.says("2 letters, 0 people left out"), "{}", preview.words());
    assert!(preview.says("(your own link)") && !preview.says("/sign-in/link/"));
    assert!(preview.says("They leave as soon as you confirm"));
    assert!(chasing.letters().is_empty(), "nothing leaves by looking");
    for _ in 0..2 {
        let fields = preview.hidden("/chase");
        let sent = browser.posts("/chase", &fields);
        assert_eq!(sent.location.as_deref(), Some("/chase/sent?letters=2&left=0"));
        assert!(browser.follows(&sent).says("2 letters are on their way"));
    }
    assert_eq!(chasing.letters().len(), 2, "sent twice, posted once");
    assert!(browser.opens("/chase").says("a letter is on its way"));
    assert_eq!((ticked(&browser.opens("/chase")), ticked(&browser.opens("/overview"))), (0, 0), "on its way");
    send_due(&chasing.app).unwrap();
    assert_eq!((ticked(&browser.opens("/chase")), ticked(&browser.opens("/overview"))), (0, 0), "just sent");
    let words = preview.words().replace("&#x27;", "'");
    for letter in chasing.caught.letters() {
        for line in letter.text.lines().filter(|line| !line.contains("/sign-in/link/") && !line.is_empty()) {
            assert!(words.contains(line), "the preview had no “{line}”");
        }
    }
}

#[test]
fn whoever_is_left_out_is_shown_with_the_reason_and_is_not_ticked() {
    let chasing = Chasing::new();
    let (priya, helen) = (chasing.trust.priya.clone(), chasing.trust.helen.clone());
    let without = Person { work_email: None, ..priya.clone() };
    chasing.trust.act(move |act| people::correct_person(act, &without));
    let browser = chasing.trust.browser(&helen);
    let page = browser.opens("/chase");
    assert_eq!(ticked(&page), 1);
    let preview = browser.fills_in(&page, "/chase/preview", &[("person", &priya.id.to_string())]);
    assert!(preview.says("There is no work email for them. Tell them in person."), "{}", preview.words());
    assert!(preview.says("There is nobody to write to now.") && !preview.says("Nothing leaves before you press this."));
}

#[test]
fn choosing_nobody_says_so() {
    let chasing = Chasing::new();
    let browser = chasing.trust.browser(&chasing.trust.helen);
    let again = browser.fills_in(&browser.opens("/chase"), "/chase/preview", &[]);
    assert_eq!(again.status, 422);
    assert!(again.says("Choose at least one person"));
    let first = again.words().split("id=\"person-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(again.says(&format!("href=\"#person-{first}\"")), "{}", again.words());
}
