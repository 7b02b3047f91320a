//! Every route as every role: the table says who may call it, and this walks all of it, in scope and out of scope.

use std::net::SocketAddr;

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as WebApp, rt};
use seamark::app::App;
use seamark::clock::Day;
use seamark::demo::{self, Asked};
use seamark::evidence::{self, Actor};
use seamark::identity::rules::LinkKind;
use seamark::identity::{self, Opening};
use seamark::people::rules::AccessRole;
use seamark::people::{self, Person};
use seamark::server::{Access, Row, arrive, configure, demo_table, table};

use crate::house::Home;

const LISTENING: &str = "127.0.0.1:7341";
const ORIGIN: &str = "http://127.0.0.1:7341";

/// Somebody who tries every door.
struct Visitor {
    who: &'static str,
    cookie: Option<String>,
    roles: &'static [AccessRole],
    manages: bool,
}

struct Town {
    app: App,
    school_a: i64,
    somebody_in_b: Person,
    _home: Home,
}

impl Town {
    fn new() -> Town {
        let home = Home::new();
        let asked =
            Asked { listen: listening(), seed: 7, today: Day::new(2026, 11, 24).unwrap(), people: 60, courses: None };
        let app = demo::make_on(&asked, home.folder(), home.target.clone(), listening()).unwrap();
        let schools = app.read(people::schools).unwrap();
        let a = schools.iter().find(|school| school.name == "Fairhaven Primary").unwrap().id;
        let b = schools.iter().find(|school| school.name == "Harbour Academy").unwrap().id;
        let posts = app.read(people::all_posts).unwrap();
        let only_in_b = posts.iter().find(|post| {
            post.school == b && posts.iter().filter(|other| other.person == post.person).all(|other| other.school == b)
        });
        let somebody_in_b = app.read(|conn| people::person(conn, only_in_b.unwrap().person)).unwrap();
        Town { app, school_a: a, somebody_in_b, _home: home }
    }

    fn signs_in(&self, person: i64) -> String {
        let keyring = self.app.keyring.clone();
        let opened = self.app.act(Actor::system(), move |act| {
            let token = identity::make_link(act, person, LinkKind::Demo)?;
            identity::open_session(act, &keyring, &token, false)
        });
        let Opening::Opened { cookie, .. } = opened.unwrap() else { panic!("no session") };
        cookie
    }

    /// A teacher of school A who holds this role there (or, for no school, in the trust), and nothing else.
    fn holder(&self, place: usize, role: AccessRole, school: Option<i64>) -> String {
        let posts = self.app.read(people::all_posts).unwrap();
        let ordinary = posts.iter().filter(|post| post.school == self.school_a && post.superseded.is_none());
        let ordinary = ordinary.filter(|post| posts.iter().all(|other| other.manager != Some(post.person)));
        let players = &self.app.stage.as_ref().unwrap().players;
        let ordinary = ordinary.filter(|post| players.iter().all(|player| player.person != post.person));
        let person = ordinary.map(|post| post.person).nth(place).unwrap();
        let person = self.app.read(|conn| people::person(conn, person)).unwrap();
        let id = person.id;
        let today = self.app.desk.clock.now().day();
        self.app
            .act(Actor::system(), move |act| identity::grant(act, &person, role, school, today, None).map(|_| ()))
            .unwrap();
        self.signs_in(id)
    }

    fn player(&self, role: &str) -> String {
        let stage = self.app.stage.as_ref().unwrap();
        self.signs_in(stage.players.iter().find(|player| player.role == role).unwrap().person)
    }

    fn visitors(&self) -> Vec<Visitor> {
        use AccessRole::{Administrator, Auditor, Governor, HR};
        let visitor = |who, cookie, roles, manages| Visitor { who, cookie, roles, manages };
        vec![
            visitor("a stranger", None, &[], false),
            visitor("staff", Some(self.player("staff")), &[], false),
            visitor("a manager", Some(self.player("manager")), &[], true),
            visitor("HR of one school", Some(self.holder(1, HR, Some(self.school_a))), &[HR], false),
            visitor("HR of the trust", Some(self.holder(2, HR, None)), &[HR], false),
            visitor("a governor", Some(self.holder(3, Governor, None)), &[Governor], false),
            visitor("an administrator", Some(self.player("administrator")), &[Administrator], false),
            visitor("an auditor", Some(self.holder(4, Auditor, None)), &[Auditor], false),
        ]
    }

    /// Sends requests one after another and gives status and body of each.
    fn sends(&self, requests: Vec<TestRequest>) -> Vec<(u16, String)> {
        rt::System::new().block_on(async {
            let app = &self.app;
            let web = WebApp::new().configure(|service| configure(app, service)).wrap(from_fn(arrive));
            let web = init_service(web).await;
            let mut seen = Vec::new();
            for request in requests {
                let request = request.peer_addr("192.0.2.7:4000".parse().unwrap()).to_request();
                let answer = call_service(&web, request).await;
                let status = answer.status().as_u16();
                seen.push((status, String::from_utf8_lossy(&read_body(answer).await).into_owned()));
            }
            seen
        })
    }

    fn entries(&self) -> u64 {
        self.app.read(evidence::size).unwrap()
    }
}

impl Visitor {
    fn may(&self, access: Access) -> bool {
        match access {
            Access::Public => true,
            Access::Listed => self.cookie.is_some(),
            Access::Any(roles) => {
                roles.iter().any(|role| self.roles.contains(role) || (*role == AccessRole::Manager && self.manages))
            }
        }
    }

    fn asks(&self, request: TestRequest) -> TestRequest {
        self.cookie.iter().fold(request, |request, cookie| request.cookie(Cookie::new("seamark", cookie.clone())))
    }
}

fn listening() -> SocketAddr {
    LISTENING.parse().unwrap()
}

/// An address of the pattern, with something plausible in each place.
fn address(pattern: &str, person: i64) -> String {
    pattern
        .split('/')
        .map(|part| match part {
            "{slug}" => "data-protection".to_owned(),
            "{id}" | "{person}" | "{id:[0-9]+}" => person.to_string(),
            "{role}" => "staff".to_owned(),
            part if part.starts_with('{') && part.ends_with('}') => "1".to_owned(),
            part if part.contains('{') => part.replace("{number}", "SM-26-0000000000"),
            part => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

fn opens(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn posts(path: &str) -> TestRequest {
    TestRequest::post().uri(path).insert_header(("origin", ORIGIN))
}

fn all_rows() -> Vec<Row> {
    table().into_iter().chain(demo_table()).collect()
}

#[test]
fn every_route_is_closed_to_whoever_the_table_does_not_name_and_open_to_whom_it_does() {
    let town = Town::new();
    let rows: Vec<Row> = all_rows().into_iter().filter(|row| row.method == Method::GET).collect();
    for visitor in town.visitors() {
        let paths: Vec<String> = rows.iter().map(|row| address(row.path, town.somebody_in_b.id)).collect();
        let seen = town.sends(paths.iter().map(|path| visitor.asks(opens(path))).collect());
        for ((row, path), (status, body)) in rows.iter().zip(&paths).zip(seen) {
            let who = visitor.who;
            assert!(status < 500, "{who} opens {path}: {status}\n{body}");
            match (visitor.may(row.access), visitor.cookie.is_some()) {
                (true, _) if !row.path.contains('{') && row.path != "/metrics" && row.path != "/setup" => {
                    assert!(matches!(status, 200 | 303), "{who} opens {path}: {status}\n{body}");
                }
                (true, _) => {}
                (false, true) => assert_eq!(status, 404, "{who} opens {path}"),
                (false, false) => assert_eq!(status, 303, "{who} opens {path}"),
            }
        }
    }
}

#[test]
fn every_write_wants_our_own_pages_origin_and_the_sessions_token() {
    let town = Town::new();
    let visitors = town.visitors();
    let before = town.entries();
    let rows: Vec<Row> = table().into_iter().filter(|row| row.method == Method::POST).collect();
    for visitor in &visitors {
        for row in &rows {
            let path = address(row.path, town.somebody_in_b.id);
            let who = visitor.who;
            let foreign = TestRequest::post().uri(&path).insert_header(("origin", "https://elsewhere.example"));
            let without = TestRequest::post().uri(&path);
            let form = posts(&path).set_form([("token", "of another session"), ("once", "0")]);
            let seen = town.sends([foreign, without, form].map(|request| visitor.asks(request)).into());
            assert_eq!((seen[0].0, seen[1].0), (403, 403), "{who} posts to {path} from elsewhere");
            let own = seen[2].0;
            match (visitor.may(row.access), visitor.cookie.is_some()) {
                (true, true) => assert!((400..500).contains(&own), "{who} posts to {path} without their token: {own}"),
                (true, false) => assert!(own < 500, "{who} posts to {path}: {own}"),
                (false, true) => assert_eq!(own, 404, "{who} posts to {path}"),
                (false, false) => assert_eq!(own, 401, "{who} posts to {path}"),
            }
        }
    }
    assert_eq!(town.entries(), before, "nothing was done");
}

#[test]
fn one_schools_hr_cannot_open_somebody_of_another() {
    let town = Town::new();
    let hr = town.holder(1, AccessRole::HR, Some(town.school_a));
    let visitor = Visitor { who: "HR of one school", cookie: Some(hr), roles: &[AccessRole::HR], manages: false };
    let person = &town.somebody_in_b;
    let paths: Vec<String> = table()
        .into_iter()
        .filter(|row| row.method == Method::GET && (row.path.contains("{id") || row.path.contains("{person}")))
        .map(|row| address(row.path, person.id))
        .filter(|path| path.starts_with("/people/"))
        .collect();
    assert!(!paths.is_empty());
    for (path, (status, _)) in
        paths.iter().zip(town.sends(paths.iter().map(|path| visitor.asks(opens(path))).collect()))
    {
        assert_eq!(status, 404, "{path}");
    }
    let lists = ["/people", "/people.csv", "/chase?status=due"];
    let seen = town.sends(lists.iter().map(|path| visitor.asks(opens(path))).collect());
    for (path, (status, body)) in lists.iter().zip(seen) {
        assert_eq!(status, 200, "{path}");
        assert!(!body.contains("Harbour"), "{path} names another school");
        assert!(!body.contains(&person.listed_name()), "{path} names somebody of another school");
    }
}

#[test]
fn pages_go_to_nobody_else_and_into_no_cache() {
    let town = Town::new();
    let cookie = town.player("staff");
    let header = |name: &'static str| {
        rt::System::new().block_on(async {
            let app = &town.app;
            let web = WebApp::new().configure(|service| configure(app, service)).wrap(from_fn(arrive));
            let request = opens("/").cookie(Cookie::new("seamark", cookie.clone())).to_request();
            let answer = call_service(&init_service(web).await, request).await;
            answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
        })
    };
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert!(header("content-security-policy").contains("default-src 'none'"));
    assert_ne!(header("content-security-policy"), header("content-security-policy"), "a nonce is used once");
}

#[test]
fn whoever_changes_somebodys_address_does_not_come_by_their_role() {
    let town = Town::new();
    let administrator =
        town.app.stage.as_ref().unwrap().players.iter().find(|one| one.role == "administrator").unwrap().person;
    let opens_settings = || {
        let visitor = Visitor { who: "", cookie: Some(town.signs_in(administrator)), roles: &[], manages: false };
        town.sends(vec![visitor.asks(opens("/settings"))])[0].0
    };
    assert_eq!(opens_settings(), 200);
    let person = town.app.read(|conn| people::person(conn, administrator)).unwrap();
    let moved = Person { work_email: Some("somebody.else@saltmarsh.example".parse().unwrap()), ..person };
    town.app.act(Actor::system(), move |act| people::correct_person(act, &moved)).unwrap();
    assert_eq!(opens_settings(), 404);
}
