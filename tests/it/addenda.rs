//! A school's addendum: a second layer, signed by that school's people; and only the layer that changed is signed again.

use seamark::assignments::rules::{DueRule, Every};
use seamark::assignments::{self, Asking, Terms};
use seamark::attestations::{self, Ticks};
use seamark::courses::Kind;
use seamark::people::Person;
use seamark::people::rules::{Audience, Urn};

use crate::attestations_room::{POLICY, Trust};

const ADDENDUM: &str = "oak-addendum";
const SIGN: &str = "/attestations/oak-addendum";

const CLAUSES: &str = "[OAK1]\nname = \"Our class pages\"\nbinds = [\"staff\"]\nduty = true\n";
const TEXT: &str = "What Oak Primary adds.\n\n## Our class pages {#OAK1}\n\n> In short: Class pages have two people who look \
                    after them.\n\nEach class page has two people who look after it.\n";
const STATEMENTS: &str = "title = \"All staff\"\n\n[[statement]]\nid = \"class-pages\"\nclauses = [\"OAK1\"]\n\
                          text = \"I know that each class page has two people who look after it.\"\n";
const FIRST: &str = "title = \"What Oak Primary adds\"\nadds_to = \"social-media-policy\"\n";
const CHANGED: &str = "title = \"What Oak Primary adds\"\nadds_to = \"social-media-policy\"\n\n[[change]]\n\
                       date = 2026-09-20\nkind = \"material\"\nclauses = [\"OAK1\"]\nwas = \"One person looks after it.\"\n\
                       now = \"Two people look after it.\"\nask = \"You look after a page alone. What do you do?\"\n\
                       right = [[\"Ask for a second person\", \"Nobody is alone with a page.\"]]\n\
                       wrong = [[\"Go on alone for now\", \"Two people look after each page.\"]]\n";

impl Trust {
    fn has_addendum(&mut self, policy: &str) {
        let place = |file: &str| format!("policies/{ADDENDUM}/{file}");
        let files = [
            ("policy.toml", policy),
            ("clauses.toml", CLAUSES),
            ("text.md", TEXT),
            ("statements/all-staff.toml", STATEMENTS),
        ];
        self.with_files(&files.map(|(file, text)| (place(file), text.to_owned())));
    }

    /// Oak's staff are asked to sign its addendum, as `seamark requirements add` does it.
    fn asks_oak_for_its_addendum(&self) {
        let audience = Audience { schools: vec![Urn::parse("123456").unwrap()], ..Audience::all_staff() };
        let from = self.clock.now().day();
        let terms = Terms { audience, every: Every::AcademicYear, due: DueRule::default(), from, until: None };
        let asking = Asking { kind: Kind::Policy, slug: ADDENDUM.to_owned(), terms };
        self.act(move |act| assignments::ask_for(act, &asking).map(drop));
        self.reconciles();
    }

    fn reconciles(&self) {
        let people = [self.priya.id, self.helen.id, self.mo.id];
        self.act(move |act| assignments::reconcile(act, &people).map(drop));
    }

    fn slugs(&self, person: &Person) -> Vec<String> {
        let (now, person) = (self.clock.now(), person.id);
        let training = self.app.read(|conn| assignments::my_training(conn, person, now)).unwrap();
        training.into_iter().map(|one| one.slug).collect()
    }

    fn signs_layer(&self, person: &Person, slug: &'static str) {
        let policy = self.app.library().policy(slug).unwrap();
        let statements = policy.statement_sets.iter().flat_map(|set| &set.statements).map(|one| one.id.clone());
        let ticks = Ticks { version: policy.version.clone(), statements: statements.collect() };
        let (library, key, person) = (self.app.library(), self.app.certificate_key.clone(), person.clone());
        self.act(move |act| attestations::sign(act, &library, &key, &person, slug, &ticks).map(drop));
    }

    fn has_signed(&self, person: &Person, slug: &str) -> bool {
        self.assignment(person, Kind::Policy, slug).is_complete(self.clock.now())
    }
}

#[test]
fn an_addendum_is_signed_by_the_people_of_its_school_beside_the_policy() {
    let mut trust = Trust::new();
    trust.has_addendum(FIRST);
    trust.asks_oak_for_its_addendum();
    assert_eq!(trust.slugs(&trust.priya).last().unwrap(), ADDENDUM);
    assert!(!trust.slugs(&trust.mo).contains(&ADDENDUM.to_owned()), "Elm has none");
    assert_eq!(trust.browser(&trust.mo).opens(SIGN).status, 404);
    let (priya, policy) = (trust.browser(&trust.priya), "/policies/social-media-policy");
    assert!(priya.opens(policy).says("href=\"/policies/oak-addendum\">What Oak Primary adds"));
    assert!(priya.opens("/policies/oak-addendum").says("This adds to the"));
    trust.does_what_comes_first(&trust.priya);
    trust.signs_layer(&trust.priya, POLICY);
    assert!(!trust.has_signed(&trust.priya, ADDENDUM));
    trust.signs_layer(&trust.priya, ADDENDUM);
    assert!(trust.has_signed(&trust.priya, POLICY) && trust.has_signed(&trust.priya, ADDENDUM));
    assert!(trust.complaints().is_empty());
}

#[test]
fn only_the_layer_that_changed_is_signed_again_and_its_question_has_to_be_answered() {
    let mut trust = Trust::new();
    trust.has_addendum(FIRST);
    trust.asks_oak_for_its_addendum();
    trust.does_what_comes_first(&trust.priya);
    trust.signs_layer(&trust.priya, POLICY);
    trust.signs_layer(&trust.priya, ADDENDUM);
    trust.it_is("2026-09-21", "09:14");
    trust.has_addendum(CHANGED);
    trust.reconciles();
    assert!(trust.has_signed(&trust.priya, POLICY), "the policy did not change");
    assert!(!trust.has_signed(&trust.priya, ADDENDUM));
    assert_eq!(trust.assignment(&trust.priya, Kind::Policy, ADDENDUM).round, 2);

    let priya = trust.browser(&trust.priya);
    let page = priya.opens(SIGN);
    assert!(page.says("One person looks after it.") && page.says("Two people look after it."), "{}", page.words());
    let unanswered = priya.fills_in(&page, SIGN, &[("statement", "class-pages")]);
    assert!(unanswered.status == 422 && unanswered.says("Choose an answer about what changed."));
    let fields = [("statement", "class-pages"), ("change-0", "1")];
    let signed = priya.follows(&priya.fills_in(&page, SIGN, &fields));
    assert!(signed.says("You chose: Go on alone for now. Two people look after each page."), "{}", signed.words());
    assert!(trust.has_signed(&trust.priya, ADDENDUM), "a wrong answer is explained and stops nobody");
    assert!(trust.complaints().is_empty());
}

#[test]
fn what_is_asked_already_is_not_asked_twice() {
    let mut trust = Trust::new();
    trust.has_addendum(FIRST);
    trust.asks_oak_for_its_addendum();
    let terms = Terms {
        audience: Audience::all_staff(),
        every: Every::AcademicYear,
        due: DueRule::default(),
        from: trust.clock.now().day(),
        until: None,
    };
    let asking = Asking { kind: Kind::Policy, slug: ADDENDUM.to_owned(), terms };
    let standing = trust.app.read(assignments::requirements).unwrap();
    assert!(asking.foreseen(standing).is_err());
}
