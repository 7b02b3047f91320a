//! The pages of certificates: one's own list and PDFs, and what anybody may learn who has a number or a token.

use std::net::SocketAddr;

use actix_web::cookie::Cookie;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as WebApp, rt};
use seamark::certificates::{self, Certificate, State};
use seamark::evidence::Actor;
use seamark::identity::rules::LinkKind;
use seamark::identity::{self, Opening};
use seamark::people::Person;
use seamark::people::rules::AccessRole;
use seamark::server::{arrive, configure};

use crate::certificates_room::{Trust, day};
use crate::house::{ADDRESS, TRUST};

/// What came back: status, content type and body.
struct Seen {
    status: u16,
    content_type: String,
    retry_after: Option<String>,
    body: Vec<u8>,
}

impl Seen {
    fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }
}

/// Somebody at a browser: a stranger, or signed in.
struct Visitor<'a> {
    trust: &'a Trust,
    cookie: Option<String>,
    address: &'static str,
}

impl Trust {
    fn stranger(&self) -> Visitor<'_> {
        Visitor { trust: self, cookie: None, address: "192.0.2.1" }
    }

    fn as_person(&self, person: &Person) -> Visitor<'_> {
        let (keyring, person) = (self.app.keyring.clone(), person.id);
        let opened = self.act(move |act| {
            let token = identity::make_link(act, person, LinkKind::Asked)?;
            identity::open_session(act, &keyring, &token, false)
        });
        let Opening::Opened { cookie, .. } = opened else { panic!("no session") };
        Visitor { cookie: Some(cookie), ..self.stranger() }
    }
}

impl Visitor<'_> {
    fn opens(&self, address: &str) -> Seen {
        self.sends(TestRequest::get().uri(address))
    }

    fn checks(&self, typed: &str) -> Seen {
        let request = TestRequest::post().uri("/verify").insert_header(("origin", ADDRESS));
        self.sends(request.set_form([("number", typed)]))
    }

    fn sends(&self, request: TestRequest) -> Seen {
        let peer: SocketAddr = format!("{}:4000", self.address).parse().unwrap();
        let cookie = self.cookie.iter().map(|cookie| Cookie::new("__Host-seamark", cookie.clone()));
        let request = cookie.fold(request.peer_addr(peer), TestRequest::cookie);
        rt::System::new().block_on(async {
            let app = self.trust.app.clone();
            let web = WebApp::new().configure(|service| configure(&app, service)).wrap(from_fn(arrive));
            let answer = call_service(&init_service(web).await, request.to_request()).await;
            let header = |name: &str| Some(answer.headers().get(name)?.to_str().unwrap().to_owned());
            Seen {
                status: answer.status().as_u16(),
                content_type: header("content-type").unwrap_or_default(),
                retry_after: header("retry-after"),
                body: read_body(answer).await.to_vec(),
            }
        })
    }
}

fn verify_address(certificate: &Certificate) -> String {
    format!("/verify/{}", certificate.number)
}

// ── anybody's to check

#[test]
fn whoever_has_a_number_reads_which_of_four_states_the_course_and_the_initials_alone() {
    let trust = Trust::new();
    let ben = trust.teacher("Łukasz", "Żółkiewski", trust.oak);
    let [valid, withdrawn, replaced] =
        ["acceptable-use", "data-protection", "reporting-issues"].map(|slug| trust.passes(&ben, slug));
    let (number, old) = (withdrawn.number.clone(), replaced.clone());
    trust.it_is("2026-10-02");
    trust.act(move |act| certificates::withdraw(act, &number));
    trust.sign(move |act, key| {
        let again = certificates::NewCertificate {
            person: old.person,
            assignment: old.assignment,
            kind: old.kind,
            cycle: old.cycle,
            title: old.title.clone(),
            content_version: old.content_version.clone(),
            completed: act.now.day(),
            valid_until: old.valid_until,
            minutes: old.minutes,
        };
        certificates::issue(act, key, &again)
    });
    trust.it_is("2026-11-24");
    let reads = |certificate: &Certificate, heading: &str, sentence: &str| {
        let seen = trust.stranger().opens(&verify_address(certificate));
        assert_eq!(seen.status, 200);
        for words in [heading, sentence, &certificate.title, "Ł. Ż.", TRUST, "31 October 2027"] {
            assert!(seen.says(words), "‘{words}’ is missing from: {}", seen.words());
        }
        assert!(!seen.says("Żółkiewski") && !seen.says("Oak") && !seen.says("ukasz"));
    };
    reads(&valid, "This certificate is valid", "holds until 31 October 2027");
    reads(&withdrawn, "This certificate has been withdrawn", "The trust took it back on 2 October 2026.");
    reads(&replaced, "This certificate has been replaced", "for the same course on 2 October 2026");
    trust.it_is("2027-11-01");
    reads(&valid, "This certificate has expired", "held until 31 October 2027");
    assert_eq!(trust.state_of(&valid), State::Expired);
}

#[test]
fn a_number_nobody_was_given_is_said_to_be_unknown() {
    let trust = Trust::new();
    for address in ["/verify/SM-26-7K4Q9XTB2M", "/verify/nonsense", "/verify/%3Cscript%3E"] {
        let seen = trust.stranger().opens(address);
        assert_eq!(seen.status, 404);
        assert!(seen.says("We know no such certificate") && !seen.says("<script>"), "{}", seen.words());
    }
}

#[test]
fn a_number_may_be_typed_as_it_is_read_aloud() {
    let trust = Trust::new();
    let certificate = trust.passes(&trust.teacher("Ben", "Reed", trust.oak), "acceptable-use");
    let typed = [
        certificate.number.as_str().to_lowercase(),
        certificate.number.as_str().replace('-', " "),
        format!("{ADDRESS}/verify/{}", certificate.number),
    ];
    for typed in typed {
        let seen = trust.stranger().checks(&typed);
        assert!(seen.status == 200 && seen.says("This certificate is valid"), "{typed}");
        assert!(!seen.says("What the signature covers") && !seen.says("Reed"));
    }
    for (typed, said) in [("", "Type a certificate’s number"), ("SM-26-7K4", "That is no number of ours.")] {
        let seen = trust.stranger().checks(typed);
        assert!(seen.status == 422 && seen.says(said), "{}", seen.words());
    }
    assert!(trust.stranger().opens("/verify").says("Check a certificate"));
}

#[test]
fn a_pasted_token_says_which_printed_words_were_signed() {
    let trust = Trust::new();
    let certificate = trust.passes(&trust.teacher("Ben", "Reed", trust.oak), "acceptable-use");
    let (front, back) = certificate.token.split_at(90);
    let seen = trust.stranger().checks(&format!("  {front}\r\n {back} "));
    assert_eq!(seen.status, 200);
    for words in
        ["This certificate is valid", "What the signature covers", "Ben Reed", "Acceptable use of social media"]
    {
        assert!(seen.says(words), "{words}");
    }
    let mut forged = certificate.token.clone().into_bytes();
    forged[100] ^= 1;
    let seen = trust.stranger().checks(&String::from_utf8(forged).unwrap());
    assert!(seen.status == 422 && seen.says("This code is not genuine") && !seen.says("Ben"), "{}", seen.words());
}

#[test]
fn whoever_tries_number_after_number_is_asked_to_wait_and_others_are_not() {
    let trust = Trust::new();
    let tries = |times: usize| (0..times).map(|_| trust.stranger().opens("/verify/SM-26-7K4Q9XTB2M").status);
    assert_eq!(tries(20).collect::<Vec<_>>(), [404; 20]);
    let seen = trust.stranger().opens("/verify/SM-26-7K4Q9XTB2M");
    assert_eq!((seen.status, seen.retry_after.as_deref()), (429, Some("60")));
    assert!(seen.says("Please wait a little"));
    assert_eq!(trust.stranger().checks("SM-26-7K4Q9XTB2M").status, 429);
    assert_eq!(trust.stranger().opens("/verify").status, 200);
    let other = Visitor { address: "192.0.2.77", ..trust.stranger() };
    assert_eq!(other.opens("/verify/SM-26-7K4Q9XTB2M").status, 404);
    trust.clock.set(trust.clock.now().plus_minutes(1));
    assert_eq!(tries(12).collect::<Vec<_>>()[9..], [404, 429, 429]);
}

// ── one's own

#[test]
fn everybody_sees_their_own_certificates_year_by_year() {
    let trust = Trust::new();
    let (ben, ann) = (trust.teacher("Ben", "Reed", trust.oak), trust.teacher("Ann", "Marsh", trust.oak));
    let issued = trust.completes_everything(&ben);
    let seen = trust.as_person(&ben).opens("/certificates");
    assert_eq!(seen.status, 200);
    for words in ["You have 6 certificates", "2026 to 2027", "Staff training 2026 to 2027", "Valid", "Data protection"]
    {
        assert!(seen.says(words), "{words}");
    }
    let year = issued[6].year.as_ref().unwrap();
    assert!(seen.says(&format!("/certificates/{}.pdf", year.number)));
    let hers = trust.as_person(&ann).opens("/certificates");
    assert!(hers.says("You have no certificates yet") && !hers.says("SM-26-"));
    assert_eq!(trust.stranger().opens("/certificates").status, 303);
}

#[test]
fn a_pdf_is_its_holders_and_hrs_in_scope_and_for_others_does_not_exist() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    let address = format!("/certificates/{}.pdf", trust.passes(&ben, "acceptable-use").number);
    let colleague = trust.teacher("Ann", "Marsh", trust.oak);
    let hr = |forename: &str, school| {
        let person = trust.teacher(forename, "Hale", trust.elm);
        let granted = person.clone();
        trust.act(move |act| identity::grant(act, &granted, AccessRole::HR, school, day("2026-09-01"), None));
        person
    };
    let (of_oak, of_elm, of_trust) = (hr("Oona", Some(trust.oak)), hr("Ella", Some(trust.elm)), hr("Tess", None));
    for person in [&ben, &of_oak, &of_trust] {
        let seen = trust.as_person(person).opens(&address);
        assert_eq!((seen.status, seen.content_type.as_str()), (200, "application/pdf"), "{}", person.forename);
        assert!(seen.body.starts_with(b"%PDF-"));
    }
    for person in [&colleague, &of_elm] {
        assert_eq!(trust.as_person(person).opens(&address).status, 404, "{}", person.forename);
    }
    assert_eq!(trust.stranger().opens(&address).status, 303);
    for nothing in ["/certificates/SM-26-0000000000.pdf", "/certificates/none.pdf"] {
        assert_eq!(trust.as_person(&ben).opens(nothing).status, 404);
    }
}

#[test]
fn a_pdf_is_the_same_bytes_each_time_and_leads_to_its_own_page() {
    let trust = Trust::new();
    let ben = trust.teacher("Ben", "Reed", trust.oak);
    let certificate = trust.passes(&ben, "acceptable-use");
    let address = format!("/certificates/{}.pdf", certificate.number);
    let first = trust.as_person(&ben).opens(&address).body;
    trust.it_is("2026-12-24");
    assert_eq!(first, trust.as_person(&ben).opens(&address).body);
    let drawn = trust.app.act(Actor::system(), move |_| certificates::draw(&certificate, ADDRESS)).unwrap();
    assert_eq!(first, drawn);
}
