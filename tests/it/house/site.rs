//! The whole program behind a real port, and people who open its pages: `site.as_person("p.nair@…").opens("/")`.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use seamark::act::Act;
use seamark::app::{App, read_house};
use seamark::clock::Clock;
use seamark::config::Config;
use seamark::db::{Conn, WriterOptions};
use seamark::evidence::Actor;
use seamark::identity::{self, rules::LinkKind};
use seamark::mail::{Delivery, Transport};
use seamark::people;
use seamark::people::rules::WorkEmail;
use seamark::problem::Result;
use seamark::{server, settings};

use super::{Home, ORIGIN, TRUST, at};

pub struct Site {
    pub app: App,
    pub clock: Clock,
    pub address: String,
    server: Option<(ServerHandle, JoinHandle<()>)>,
    _home: Home,
}

impl Site {
    /// Set up and empty, at 9:14 on Tuesday 24 November 2026.
    pub fn new() -> Site {
        let home = Home::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let mut config = Config::read("", &BTreeMap::new()).unwrap();
        config.data = home.folder().to_owned();
        config.database = home.target.clone();
        config.address = Some(address.clone());
        let clock = Clock::set_at(at("2026-11-24", "09:14"));
        let options = WriterOptions { after_disk_fault: || panic!("the disk failed"), ..WriterOptions::default() };
        let letters = Transport::Memory(Delivery::default());
        let app = App::build_with(config, clock.clone(), options, Some(letters)).unwrap();
        app.act(Actor::system(), |act| {
            settings::write(act.conn, act.now, None, settings::TRUST_NAME, TRUST)?;
            settings::write(act.conn, act.now, None, settings::LOG_ORIGIN, ORIGIN)
        })
        .unwrap();
        read_house(&app.desk).unwrap();
        let server = Some(start(app.clone(), listener));
        Site { app, clock, address, server, _home: home }
    }

    pub fn act<T: Send + 'static>(&self, verb: impl Fn(&mut Act) -> Result<T> + Send + 'static) -> T {
        self.app.act(Actor::system(), verb).unwrap()
    }

    pub fn read<T>(&self, look: impl FnOnce(&mut Conn) -> Result<T>) -> T {
        self.app.read(look).unwrap()
    }

    /// Somebody with this work email, newly signed in.
    pub fn as_person(&self, email: &str) -> Browser {
        let email = WorkEmail::parse(email).unwrap();
        let person = self.read(|conn| people::person_by_email(conn, &email)).unwrap();
        let token = self.act(move |act| identity::make_link(act, person.id, LinkKind::Shell));
        let mut browser = Browser { address: self.address.clone(), cookie: String::new() };
        let seen = browser.posts(&format!("/sign-in/link/{token}"), &[]);
        assert_eq!(seen.status, 303, "{}", seen.body);
        browser.cookie = seen.cookie;
        browser
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            drop(handle.stop(false));
            let _ = thread.join();
        }
    }
}

fn start(app: App, listener: TcpListener) -> (ServerHandle, JoinHandle<()>) {
    let (tell, told) = channel();
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let server = server::serve(app, listener).unwrap();
            tell.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    (told.recv().unwrap(), thread)
}

/// One session, as a browser without scripts keeps it.
pub struct Browser {
    address: String,
    cookie: String,
}

/// What came back.
pub struct Seen {
    pub status: u16,
    pub body: String,
    /// Where a redirect leads.
    pub location: String,
    cookie: String,
}

impl Browser {
    pub fn opens(&self, path: &str) -> Seen {
        let request = agent().get(format!("{}{path}", self.address)).header("cookie", &self.cookie);
        seen(request.call().unwrap())
    }

    /// Sends fields as a form of our own page would.
    pub fn posts(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.sends(path, "application/x-www-form-urlencoded", body.into_bytes())
    }

    /// Opens a page and sends its form with these fields beside its own hidden ones.
    pub fn fills(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Seen {
        let form = self.opens(page);
        self.sends_form_of(&form, action, fields)
    }

    /// Sends the form of a page that was seen before.
    pub fn sends_form_of(&self, form: &Seen, action: &str, fields: &[(&str, &str)]) -> Seen {
        let hidden = form.hidden();
        let own = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<(&str, &str)> = own.chain(fields.iter().copied()).collect();
        self.posts(action, &all)
    }

    /// Opens a page and sends its form with a file.
    pub fn sends_file(&self, page: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Seen {
        let hidden = self.opens(page).hidden();
        let mut body = Vec::new();
        let own = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (field, value) in own.chain(fields.iter().copied()) {
            let part = format!("--edge\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend(part.as_bytes());
        }
        let head = format!(
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(file);
        body.extend(b"\r\n--edge--\r\n");
        self.sends(page, "multipart/form-data; boundary=edge", body)
    }

    /// Sends a body as it is.
    pub fn sends_raw(&self, path: &str, content_type: &str, body: &str) -> Seen {
        self.sends(path, content_type, body.as_bytes().to_vec())
    }

    fn sends(&self, path: &str, content_type: &str, body: Vec<u8>) -> Seen {
        let request = agent()
            .post(format!("{}{path}", self.address))
            .header("cookie", &self.cookie)
            .header("origin", &self.address)
            .header("content-type", content_type);
        seen(request.send(&body[..]).unwrap())
    }
}

impl Seen {
    /// Name and value of each hidden field of the page's last form, the only one on most pages' main part.
    fn hidden(&self) -> Vec<(String, String)> {
        let form = self.body.rfind("<form").map_or("", |start| &self.body[start..]);
        let fields = form.split("<input type=\"hidden\"").skip(1);
        fields.map(|field| (attribute(field, "name"), attribute(field, "value"))).collect()
    }

    pub fn has(&self, words: &str) -> bool {
        self.body.contains(words)
    }
}

fn attribute(field: &str, name: &str) -> String {
    let start = field.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
    field[start..].split('"').next().unwrap().to_owned()
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
}

fn seen(mut response: ureq::http::Response<ureq::Body>) -> Seen {
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let cookie = response.headers().get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let cookie = cookie.filter_map(|cookie| cookie.split(';').next()).collect::<Vec<_>>().join("; ");
    Seen {
        status: response.status().as_u16(),
        location: header("location").unwrap_or_default(),
        cookie,
        body: response.body_mut().read_to_string().unwrap(),
    }
}
