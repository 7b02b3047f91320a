//! One member of staff's whole year: signs in, reads every page, takes every quiz (with some wrong answers and second tries),
//! checks their settings, signs, and opens every certificate.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use seamark::courses::{Question, QuestionKind};

use super::harness::browser::{Browser, Choice, Page};
use super::server::Server;

pub struct Walker<'a> {
    server: &'a Server,
    browser: Browser,
    place: usize,
    /// Whether the server may be killed meanwhile: then a broken connection is tried again and is no error.
    patient: bool,
    pub took: BTreeMap<&'static str, Vec<f64>>,
    pub errors: Vec<String>,
    pub acknowledged: Acknowledged,
}

/// What the server said was done.
#[derive(Default)]
pub struct Acknowledged {
    pub person: i64,
    /// Attempt's address and how many of its answers were taken.
    pub answers: BTreeMap<String, usize>,
    pub passed: Vec<String>,
    pub checked: bool,
    pub signed: bool,
}

type Walked<T> = Result<T, String>;

impl<'a> Walker<'a> {
    pub fn new(server: &'a Server, place: usize, patient: bool) -> Walker<'a> {
        let acknowledged = Acknowledged { person: server.trust.people[place], ..Acknowledged::default() };
        let browser = Browser::new(&server.trust.address);
        Walker { server, browser, place, patient, took: BTreeMap::new(), errors: Vec::new(), acknowledged }
    }

    pub fn requests(&self) -> usize {
        self.browser.requests
    }

    pub fn walk(&mut self) {
        if let Err(error) = self.try_to_walk() {
            self.errors.push(format!("walker {}: {error}", self.place));
        }
    }

    fn try_to_walk(&mut self) -> Walked<()> {
        self.sign_in()?;
        for course in self.server.courses.clone() {
            self.take(&course)?;
        }
        self.check_settings()?;
        self.sign()?;
        self.open_certificates()
    }

    /// With one link; with another if the server was killed before its answer came.
    fn sign_in(&mut self) -> Walked<()> {
        let links = self.server.links[self.place].iter().take(if self.patient { 6 } else { 1 });
        for link in links {
            let path = format!("/sign-in/link/{link}");
            self.opens("sign-in page", &path)?;
            if self.posts("sign in", &path, &[])?.status == 303 {
                return self.opens("my training", "/").map(|_| ());
            }
        }
        Err("no link signed them in".to_owned())
    }

    fn take(&mut self, slug: &str) -> Walked<()> {
        let mut page = self.opens("course", &format!("/courses/{slug}"))?;
        let first = page.button().ok_or("a course without a way in")?;
        let mut path = first;
        while !path.contains("/quiz") {
            page = self.opens("page", &path)?;
            let (action, fields) = page.form().ok_or("a page without a way on")?;
            path = leads(self.posts_checked("page read", &action, &fields)?)?;
        }
        for round in 0..4 {
            if self.answer_all(slug, round)? {
                self.acknowledged.passed.push(slug.to_owned());
                return Ok(());
            }
        }
        Err(format!("{slug} was not passed in four tries"))
    }

    /// One go at the quiz; true if it was passed. The first go of every fourth walker has three wrong answers.
    fn answer_all(&mut self, slug: &str, round: usize) -> Walked<bool> {
        let start = self.opens("quiz", &format!("/courses/{slug}/quiz"))?;
        let mut page = start;
        if page.choices().is_empty() {
            let (action, fields) = page.form().ok_or("a quiz without a beginning")?;
            let next = leads(self.posts_checked("begin", &action, &fields)?)?;
            page = self.opens("question", &next)?;
        }
        let mut place = 0;
        while !page.choices().is_empty() {
            let wrong = round == 0 && self.place.is_multiple_of(4) && place < 3;
            let (action, mut fields) = page.form().ok_or("a question without a form")?;
            fields.extend(self.chosen(slug, &page, wrong)?);
            let next = leads(self.posts_checked("answer", &action, &fields)?)?;
            let attempt = action.rsplit_once('/').map(|(attempt, _)| attempt).unwrap_or(&action).to_owned();
            *self.acknowledged.answers.entry(attempt).or_default() += 1;
            page = self.opens("question", &next)?;
            place += 1;
            if place > 20 {
                return Err("a quiz without an end".to_owned());
            }
        }
        Ok(page.button().is_some() && !page.words().contains("Try again with other questions"))
    }

    fn chosen(&self, slug: &str, page: &Page, wrong: bool) -> Walked<Vec<(String, String)>> {
        let asked = page.heading();
        let course = self.server.trust.library.course(slug).ok_or("no such course")?;
        let question = course.quiz.questions.iter().find(|question| question.ask.trim() == asked);
        let question = question.ok_or_else(|| format!("nobody wrote the question ‘{asked}’"))?;
        Ok(choose(question, &page.choices(), wrong))
    }

    fn check_settings(&mut self) -> Walked<()> {
        let page = self.opens("self-check", "/self-check")?;
        let (action, mut fields) = page.form().ok_or("a self-check without an end")?;
        let edition = page
            .words()
            .split("name=\"edition\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next().map(str::to_owned));
        fields.push(("edition".to_owned(), edition.unwrap_or_default()));
        let next = leads(self.posts_checked("self-check done", &action, &fields)?)?;
        self.acknowledged.checked = true;
        self.opens("after self-check", &next).map(|_| ())
    }

    fn sign(&mut self) -> Walked<()> {
        let path = format!("/attestations/{}", self.server.policy);
        let page = self.opens("statements", &path)?;
        let (action, mut fields) = page.form().ok_or_else(|| format!("nothing to sign: {}", page.heading()))?;
        fields.extend(page.ticks("statement").into_iter().map(|id| ("statement".to_owned(), id)));
        let next = leads(self.posts_checked("sign", &action, &fields)?)?;
        self.acknowledged.signed = true;
        self.opens("signed", &next).map(|_| ())
    }

    fn open_certificates(&mut self) -> Walked<()> {
        let page = self.opens("certificates", "/certificates")?;
        let words = page.words();
        let links = words.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut links: Vec<String> = links.filter(|link| link.ends_with(".pdf")).map(str::to_owned).collect();
        links.sort();
        links.dedup();
        if links.len() < 6 {
            return Err(format!("{} certificates instead of 6", links.len()));
        }
        links.iter().try_for_each(|link| self.opens("certificate PDF", link).map(|_| ()))
    }

    // ── requests

    fn opens(&mut self, step: &'static str, path: &str) -> Walked<Page> {
        self.timed(step, |browser| browser.opens(path)).map_err(|error| format!("{error} at {path}"))
    }

    fn posts(&mut self, step: &'static str, path: &str, fields: &[(String, String)]) -> Walked<Page> {
        self.timed(step, |browser| browser.posts(path, fields)).map_err(|error| format!("{error} at {path}"))
    }

    fn posts_checked(&mut self, step: &'static str, path: &str, fields: &[(String, String)]) -> Walked<Page> {
        let page = self.posts(step, path, fields)?;
        if page.status == 303 {
            Ok(page)
        } else {
            Err(format!("{step} at {path} gave {}: {}", page.status, page.heading()))
        }
    }

    fn timed(&mut self, step: &'static str, send: impl Fn(&mut Browser) -> Walked<Page>) -> Walked<Page> {
        let mut tries = if self.patient { 400 } else { 1 };
        loop {
            let began = Instant::now();
            let page = send(&mut self.browser);
            tries -= 1;
            match page {
                Ok(page) if page.status < 500 => {
                    self.took.entry(step).or_default().push(began.elapsed().as_secs_f64() * 1000.0);
                    return if page.status < 400 {
                        Ok(page)
                    } else {
                        Err(format!("{step} gave {}: {}", page.status, page.heading()))
                    };
                }
                Ok(page) if tries == 0 => return Err(format!("{step} gave {}", page.status)),
                Err(error) if tries == 0 => return Err(format!("{step}: {error}")),
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

fn leads(page: Page) -> Walked<String> {
    page.location.ok_or_else(|| "an answer that leads nowhere".to_owned())
}

/// What to send: the right answer, or one that is not.
fn choose(question: &Question, shown: &[Choice], wrong: bool) -> Vec<(String, String)> {
    let pick = |choice: &Choice| (choice.name.clone(), choice.value.clone());
    let mut picked: Vec<(String, String)> = Vec::new();
    match &question.kind {
        QuestionKind::OneRight(choices) | QuestionKind::SeveralRight(choices) => {
            let is_right = |label: &str| choices.iter().any(|choice| choice.is_right && choice.text.trim() == label);
            let one = matches!(question.kind, QuestionKind::OneRight(_)) || wrong;
            let wanted = shown.iter().filter(|choice| is_right(&choice.label) != wrong);
            picked.extend(wanted.map(pick).take(if one { 1 } else { usize::MAX }));
        }
        QuestionKind::Order { steps, .. } => {
            for (place, step) in steps.iter().enumerate() {
                let place = if wrong { (place + 1) % steps.len() } else { place };
                let value = (place + 1).to_string();
                picked.extend(shown.iter().find(|one| one.group == step.text.trim() && one.value == value).map(pick));
            }
        }
        QuestionKind::Match { pairs, .. } => {
            for (place, pair) in pairs.iter().enumerate() {
                let answer = if wrong { &pairs[(place + 1) % pairs.len()].answer } else { &pair.answer };
                let fits = |one: &&Choice| one.group == pair.prompt.trim() && one.label == answer.trim();
                picked.extend(shown.iter().find(fits).map(pick));
            }
        }
    }
    picked
}
