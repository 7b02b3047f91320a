//! A course by its pages alone, with a browser's eyes: reading on, answering, what a page must not tell, and help.

use std::sync::Arc;

use seamark::attempts::{self, Attempt, Progress};
use seamark::courses::{Course, Kind, Question, QuestionKind};
use seamark::mail::outbox;
use seamark::people::{self, NewPerson, NewPost, Person};

use crate::attempts_room::{example, form};
use crate::attestations_room::Trust;
use crate::house::browser::{Browser, Page, attribute};

const SLUG: &str = "data-protection";
const COURSE: &str = "/courses/data-protection";
const QUIZ: &str = "/courses/data-protection/quiz";

fn course(trust: &Trust) -> Arc<Course> {
    trust.app.library().course(SLUG).unwrap()
}

fn progress(trust: &Trust, person: &Person) -> Progress {
    let assignment = trust.assignment(person, Kind::Course, SLUG).id;
    trust.app.read(|conn| attempts::progress(conn, &[assignment])).unwrap().remove(&assignment).unwrap_or_default()
}

fn latest(trust: &Trust, person: &Person) -> Attempt {
    let assignment = trust.assignment(person, Kind::Course, SLUG).id;
    trust.app.read(|conn| attempts::latest(conn, assignment)).unwrap().unwrap()
}

fn begins(browser: &Browser) -> Page {
    let began = browser.fills_in(&browser.opens(QUIZ), QUIZ, &[]);
    assert_eq!(began.location.as_deref(), Some(QUIZ));
    browser.follows(&began)
}

/// Where the answer to the open attempt's next question goes.
fn next_action(attempt: &Attempt) -> String {
    format!("{QUIZ}/{}/{}", attempt.id, attempt.answers.len() + 1)
}

fn sent(question: &Question, attempt: &Attempt, course: &Course, right: bool) -> Vec<(String, String)> {
    let shown = attempt.shown(course, attempt.answers.len()).unwrap();
    form(question, &shown, &example(question, right))
}

fn answers(browser: &Browser, trust: &Trust, person: &Person, page: &Page, right: bool) -> Page {
    let (attempt, course) = (latest(trust, person), course(trust));
    let question = attempt.question(&course, attempt.answers.len()).unwrap();
    let sent = sent(question, &attempt, &course, right);
    let fields: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answered = browser.fills_in(page, &next_action(&attempt), &fields);
    assert_eq!(answered.status, 303, "{}", answered.words());
    browser.follows(&answered)
}

/// Begins an attempt and answers all eight.
fn goes_through(browser: &Browser, trust: &Trust, person: &Person, right: bool) -> Page {
    let first = begins(browser);
    (0..8).fold(first, |page, _| answers(browser, trust, person, &page, right))
}

fn reasons(question: &Question) -> Vec<String> {
    let mut reasons: Vec<String> = match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => {
            choices.iter().map(|choice| choice.reason.clone()).collect()
        }
        QuestionKind::Order { steps, .. } => steps.iter().map(|step| step.reason.clone()).collect(),
        QuestionKind::Match { pairs, .. } => pairs.iter().map(|pair| pair.reason.clone()).collect(),
    };
    reasons.extend(question.why.clone());
    reasons
}

fn plain(page: &Page) -> String {
    page.words().replace("&#x27;", "'").replace("&quot;", "\"").replace("&amp;", "&").replace("&#39;", "'")
}

// ── reading on

#[test]
fn a_course_is_walked_from_its_first_page_to_its_certificate_by_buttons_alone() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let start = priya.opens(COURSE);
    assert!(start.says("Course 4 of 5") && start.says(">Start <") && start.says("8 questions; 7 right to pass"));
    let mut address = format!("{COURSE}/{}", course(&trust).pages[0].name);
    while address != QUIZ {
        let page = priya.opens(&address);
        assert_eq!(page.status, 200, "{address}");
        let read = priya.fills_in(&page, &address, &[]);
        assert_eq!(priya.fills_in(&page, &address, &[]).location, read.location, "sent twice");
        address = read.location.unwrap();
    }
    assert_eq!(progress(&trust, &trust.priya).pages_read.len(), course(&trust).pages.len());
    assert!(priya.opens(COURSE).says("Carry on"));
    let result = goes_through(&priya, &trust, &trust.priya, true);
    assert!(result.says("You passed: 8 of 8") && result.says("That makes 1 of your 7 things."), "{}", result.words());
    assert!(result.says("Start: Acceptable use of social media"));
    let pdf = result.words().split("href=\"/certificates/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(priya.opens(&format!("/certificates/{pdf}")).content_type, "application/pdf");
    let done = priya.opens(COURSE);
    assert!(done.says("Completed on 15 September 2026.") && done.says(&pdf) && !done.says("govuk-button--start"));
    assert!(priya.opens(QUIZ).says("You passed: 8 of 8"), "the way there leads to the result");
    assert!(trust.complaints().is_empty());
}

#[test]
fn an_offered_course_is_taken_by_whoever_likes_it_and_asked_of_nobody() {
    const OFFERED: &str = "professional-identity";
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let list = priya.opens("/");
    assert!(list.says("7 things to do, Priya") && list.says("If you like"), "{}", list.words());
    assert!(list.says(&format!("href=\"/courses/{OFFERED}\"")));
    let (start, quiz) = (priya.opens(&format!("/courses/{OFFERED}")), format!("/courses/{OFFERED}/quiz"));
    assert!(start.says("Start reading") && start.says(&format!("href=\"{quiz}\"")), "{}", start.words());
    let course = trust.app.library().course(OFFERED).unwrap();
    let first = format!("/courses/{OFFERED}/{}", course.pages[0].name);
    priya.fills_in(&priya.opens(&first), &first, &[]);
    assert!(priya.opens(&format!("/courses/{OFFERED}")).says(">Read<"), "what was read is kept");
    assert!(priya.opens("/").says("In progress"));
    let helen = trust.browser(&trust.helen);
    let person = format!("/people/{}", trust.priya.id);
    assert!(!helen.opens(&person).says(&course.title), "HR see nothing of it");

    let began = priya.fills_in(&priya.opens(&quiz), &quiz, &[]);
    assert_eq!(began.location.as_deref(), Some(quiz.as_str()), "{}", began.words());
    assert!(priya.opens("/").says("7 things to do, Priya"), "what is taken up by choice is not counted as asked");

    let assignment = trust.assignment(&trust.priya, Kind::Course, OFFERED).id;
    for _ in 0..course.quiz.draw {
        let attempt = trust.app.read(|conn| attempts::latest(conn, assignment)).unwrap().unwrap();
        let place = attempt.answers.len();
        let question = attempt.question(&course, place).unwrap();
        let sent = form(question, &attempt.shown(&course, place).unwrap(), &example(question, true));
        let page = priya.opens(&quiz);
        let fields: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        priya.fills_in(&page, &format!("{quiz}/{}/{}", attempt.id, place + 1), &fields);
    }
    let result = priya.opens(&quiz);
    assert!(result.says("You passed: 8 of 8") && result.says("/certificates/SM-26-"), "{}", result.words());
    assert!(result.says("is done.") && !result.says("That makes"), "{}", result.words());
    let list = priya.opens("/");
    assert!(list.says("7 things to do, Priya") && list.says(">Done<"), "{}", list.words());
    let offers = list.words().split_once("If you like</h2>").unwrap().1.to_owned();
    assert!(offers.contains("is-done") && offers.contains("Completed on 15 September"), "{offers}");
    assert!(offers.contains(">Certificate<") && offers.contains("/certificates/SM-26-"));
    let record = helen.opens(&person);
    assert!(record.says(&format!("Passed {}", course.title)), "{}", record.words());
    let asked = record.words().split_once("class=\"timeline\"").unwrap().0.to_owned();
    assert!(!record.says("you chose it yourself") && !asked.contains(&course.title), "in the timeline alone: {asked}");
    assert!(trust.complaints().is_empty());
}

#[test]
fn looking_at_a_page_writes_nothing() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    for address in [COURSE, "/courses/data-protection/tell-at-once", QUIZ] {
        assert_eq!(priya.opens(address).status, 200);
    }
    assert_eq!(progress(&trust, &trust.priya), Progress::default());
}

#[test]
fn whoever_is_not_asked_may_read_and_has_no_questions() {
    let trust = Trust::new();
    let volunteer = trust.act(|act| {
        let new = NewPerson { forename: "Vi".into(), surname: "Ash".into(), ..NewPerson::default() };
        people::add_person(act, &new)
    });
    let vi = trust.browser(&volunteer);
    let start = vi.opens(COURSE);
    assert!(start.says("Start reading") && !start.says("The questions"));
    let last = format!("{COURSE}/{}", course(&trust).pages.last().unwrap().name);
    let page = vi.opens(&last);
    assert!(page.says("Back to the course"));
    assert_eq!(vi.fills_in(&page, &last, &[]).location.as_deref(), Some(COURSE));
    assert_eq!(vi.opens(QUIZ).location.as_deref(), Some(COURSE));
}

#[test]
fn what_is_not_there_is_not_found() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    for address in ["/courses/sailing", "/courses/data-protection/sailing", "/courses/sailing/quiz"] {
        assert_eq!(priya.opens(address).status, 404, "{address}");
    }
}

// ── answering

#[test]
fn no_page_gives_a_reason_or_marks_an_option_before_its_answer() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let mut page = begins(&priya);
    for _ in 0..8 {
        let (attempt, course) = (latest(&trust, &trust.priya), course(&trust));
        let question = attempt.question(&course, attempt.answers.len()).unwrap();
        let seen = plain(&page);
        assert!(seen.contains(&question.ask), "{seen}");
        for reason in reasons(question) {
            assert!(!seen.contains(&reason), "{} is given away by “{reason}”", question.id);
        }
        let form = page.form(&next_action(&attempt));
        assert!(!form.contains(&question.id) && !form.contains("checked") && !form.contains("is_right"));
        page = answers(&priya, &trust, &trust.priya, &page, true);
    }
}

#[test]
fn a_wrong_answer_is_explained_and_the_right_one_is_not_named_while_tries_remain() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let mut page = begins(&priya);
    for _ in 0..8 {
        let (attempt, course) = (latest(&trust, &trust.priya), course(&trust));
        let question = attempt.question(&course, attempt.answers.len()).unwrap().clone();
        page = answers(&priya, &trust, &trust.priya, &page, false);
        let seen = plain(&page);
        if let QuestionKind::OneRight(choices) = &question.kind {
            let chosen = &choices[example(&question, false).0[0]];
            assert!(seen.contains("Not this one") && seen.contains(&chosen.reason), "{}", question.id);
            for other in choices.iter().filter(|choice| choice.text != chosen.text) {
                assert!(!seen.contains(&other.reason), "{} names “{}”", question.id, other.text);
            }
        }
    }
    assert!(
        page.says("Not yet: 0 of 8") && page.says("You need 7 of 8, and you missed rules that nobody may get wrong: "),
        "{}",
        page.words()
    );
    assert!(page.says("Worth another look first") && page.says("Try again with other questions"));
    assert!(priya.opens(QUIZ).says("Not yet: 0 of 8"));
}

#[test]
fn the_same_answer_sent_again_finds_the_verdict_that_stands() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let first = begins(&priya);
    let attempt = latest(&trust, &trust.priya);
    let second = answers(&priya, &trust, &trust.priya, &first, false);
    answers(&priya, &trust, &trust.priya, &second, true);
    let course = course(&trust);
    let question = attempt.question(&course, 0).unwrap();
    let changed = sent(question, &attempt, &course, true);
    let fields: Vec<(&str, &str)> = changed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let again = priya.follows(&priya.fills_in(&first, &next_action(&attempt), &fields));
    assert!(again.says("Question 1: ") && again.says("verdict-wrong") && again.says("Question 3 of 8"));
    assert!(!latest(&trust, &trust.priya).answers[0].is_right);
}

#[test]
fn what_was_chosen_stays_when_something_is_missing() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let mut page = begins(&priya);
    for _ in 0..100 {
        let attempt = latest(&trust, &trust.priya);
        if attempt.finished.is_some() {
            page = begins(&priya);
            continue;
        }
        if page.form(&next_action(&attempt)).contains("name=\"step-1\"") {
            let action = next_action(&attempt);
            let again = priya.fills_in(&page, &action, &[("step-1", "2"), ("step-2", "2")]);
            assert_eq!(again.status, 422);
            assert!(again.says("Two steps are in 2nd place") && again.says("Choose a place for "));
            assert!(again.words().find("Please check this") < again.words().find("<h1"), "the summary comes first");
            assert_eq!(again.form(&action).matches(" checked").count(), 2);
            assert_eq!(latest(&trust, &trust.priya).answers.len(), attempt.answers.len(), "it was no answer");
            return;
        }
        page = answers(&priya, &trust, &trust.priya, &page, false);
    }
    panic!("no question asks for an order");
}

#[test]
fn nobody_sees_or_answers_anybody_elses_attempt() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    begins(&priya);
    let attempt = latest(&trust, &trust.priya);
    let helen = trust.browser(&trust.helen);
    let own = begins(&helen);
    let token = own.hidden(&next_action(&latest(&trust, &trust.helen)));
    assert_eq!(helen.opens(&next_action(&attempt)).status, 404);
    assert_eq!(helen.posts(&next_action(&attempt), &token).status, 404);
}

// ── help

impl Trust {
    /// Helen is Priya's.
    fn has_line_manager(&self) {
        let (priya, helen) = (self.priya.clone(), self.helen.id);
        self.act(move |act| {
            let record = people::posts_of(act.conn, &[priya.id])?.remove(0);
            let new = NewPost { manager: Some(helen), ..NewPost::from(&record) };
            people::correct_post(act, &priya, record.post.id, &new).map(|_| ())
        });
    }
}

#[test]
fn help_is_offered_after_three_tries_and_only_whoever_asks_is_helped() {
    let trust = Trust::new();
    trust.has_line_manager();
    let priya = trust.browser(&trust.priya);
    for _ in 0..2 {
        assert!(!goes_through(&priya, &trust, &trust.priya, false).says("Ask for help"));
    }
    let third = goes_through(&priya, &trust, &trust.priya, false);
    assert!(third.says("we tell Helen Nair that help would be welcome"));
    assert!(trust.letters("help-welcome").is_empty(), "nobody is told unless they press it");
    let action = format!("{QUIZ}/help");
    for _ in 0..2 {
        assert_eq!(priya.fills_in(&third, &action, &[]).location.as_deref(), Some(QUIZ));
    }
    let letters = trust.letters("help-welcome");
    assert_eq!(letters.len(), 1, "sent twice, told once");
    assert_eq!(letters[0].recipient, "helen@oak.example.sch.uk");
    let values = letters[0].values().unwrap();
    let mut said: Vec<&String> = values.as_object().unwrap().keys().collect();
    said.sort();
    assert_eq!(said, ["asked_by", "course", "forename", "person", "slug"], "nothing of marks or tries");
}

#[test]
fn who_asked_for_help_reads_so_and_asks_again_only_after_a_week() {
    let trust = Trust::new();
    trust.has_line_manager();
    let priya = trust.browser(&trust.priya);
    let action = format!("{QUIZ}/help");
    let third = (0..3).map(|_| goes_through(&priya, &trust, &trust.priya, false)).collect::<Vec<_>>().pop().unwrap();
    priya.fills_in(&third, &action, &[]);
    let page = priya.opens(QUIZ);
    assert!(
        page.says("You asked for help on 15 September. Helen Nair will be told.")
            && !page.says("Ask for help</button>"),
        "{}",
        page.words()
    );
    let another_tab = priya.opens(&format!("{QUIZ}/{}/8", latest(&trust, &trust.priya).id));
    assert!(!another_tab.says("Ask for help</button>"));
    let mut fields = third.hidden(&action);
    fields.iter_mut().filter(|(name, _)| name == "once").for_each(|(_, once)| *once = "0".repeat(32));
    assert_eq!(priya.posts(&action, &fields).status, 303);
    assert_eq!(trust.letters("help-welcome").len(), 1, "pressed in two tabs, told once");
    let letter = trust.letters("help-welcome").remove(0);
    trust.act(move |act| outbox::mark_sent(act.conn, letter.id, act.now, "", ""));
    trust.it_is("2026-09-21", "09:14");
    let priya = trust.browser(&trust.priya);
    let fourth = goes_through(&priya, &trust, &trust.priya, false);
    assert!(
        fourth.says("You asked for help on 15 September. Helen Nair has been told."),
        "a further try changes nothing"
    );
    assert!(!fourth.says("Ask for help</button>"));
    fields.iter_mut().filter(|(name, _)| name == "once").for_each(|(_, once)| *once = "1".repeat(32));
    let token = attribute(&fourth.form("/sign-out"), "value").unwrap();
    fields.iter_mut().filter(|(name, _)| name == "token").for_each(|(_, own)| own.clone_from(&token));
    assert_eq!(priya.posts(&action, &fields).status, 303);
    assert_eq!(trust.letters("help-welcome").len(), 1, "nobody is told twice in a week");
    trust.it_is("2026-09-22", "09:14");
    let priya = trust.browser(&trust.priya);
    let page = priya.opens(QUIZ);
    assert!(page.says("Ask for help</button>"), "a week after the last asking");
    priya.fills_in(&page, &action, &[]);
    assert!(priya.opens(QUIZ).says("You asked for help on 22 September."));
    assert_eq!(trust.letters("help-welcome").len(), 2);
}

#[test]
fn without_a_manager_the_page_says_whom_to_ask_and_offers_no_button() {
    let trust = Trust::new();
    let priya = trust.browser(&trust.priya);
    let last = (0..3).map(|_| goes_through(&priya, &trust, &trust.priya, false)).collect::<Vec<_>>().pop().unwrap();
    assert!(last.says("Ask your line manager or the office.") && !last.says("Ask for help</button>"));
    trust.act(move |act| people::set_card(act, None, "helper", "Your line manager, or the training team"));
    let sentence = "Here is who to ask for help with this: Your line manager, or the training team.";
    assert!(priya.opens(QUIZ).says(sentence), "a whole sentence, whatever the card holds");
}

#[test]
fn a_helper_whom_the_schools_card_names_is_told_in_the_place_of_the_line_manager() {
    let trust = Trust::new();
    let schools = trust.app.read(people::schools).unwrap();
    let oak = schools.iter().find(|school| school.name == "Oak Primary").unwrap().id;
    trust.act(move |act| {
        people::set_card(act, Some(oak), "helper", "Mo in the library (mo@oak.example.sch.uk), Mondays")
    });
    let priya = trust.browser(&trust.priya);
    let last = (0..3).map(|_| goes_through(&priya, &trust, &trust.priya, false)).collect::<Vec<_>>().pop().unwrap();
    assert!(last.says("we tell Mo Nair that help would be welcome"), "{}", last.words());
    priya.fills_in(&last, &format!("{QUIZ}/help"), &[]);
    let letters = trust.letters("help-welcome");
    assert!(letters.len() == 1 && letters[0].recipient == "mo@oak.example.sch.uk");
}
