//! Somebody at a browser, without scripts: opens pages, fills in their forms, and is sent on.

use actix_web::cookie::Cookie;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App as WebApp, rt};
use seamark::app::App;
use seamark::evidence::Actor;
use seamark::identity::rules::LinkKind;
use seamark::identity::{self, Opening};
use seamark::server::{arrive, configure};

use super::ADDRESS;

pub struct Browser<'a> {
    app: &'a App,
    cookie: Option<String>,
}

/// What came back.
pub struct Page {
    pub address: String,
    pub status: u16,
    pub content_type: String,
    /// Where it sends the browser on to.
    pub location: Option<String>,
    /// All headers, in order; cookies are among them.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl<'a> Browser<'a> {
    pub fn stranger(app: &'a App) -> Browser<'a> {
        Browser { app, cookie: None }
    }

    /// Somebody who brings this cookie.
    pub fn with(app: &'a App, cookie: &str) -> Browser<'a> {
        Browser { app, cookie: Some(cookie.to_owned()) }
    }

    /// Somebody with all their rights, who asked for a link and used it.
    pub fn of(app: &'a App, person: i64) -> Browser<'a> {
        Browser::signed_in(app, person, false)
    }

    /// The same, of somebody who said that others use this computer too.
    pub fn on_a_shared_computer(app: &'a App, person: i64) -> Browser<'a> {
        Browser::signed_in(app, person, true)
    }

    fn signed_in(app: &'a App, person: i64, shared_computer: bool) -> Browser<'a> {
        let keyring = app.keyring.clone();
        let opened = app.act(Actor::system(), move |act| {
            let token = identity::make_link(act, person, LinkKind::Asked)?;
            identity::open_session(act, &keyring, &token, shared_computer)
        });
        let Opening::Opened { cookie, .. } = opened.unwrap() else { panic!("no session") };
        Browser { app, cookie: Some(cookie) }
    }

    pub fn opens(&self, address: &str) -> Page {
        self.sends(address, TestRequest::get().uri(address))
    }

    /// Sends a page's form, with its hidden fields and these.
    pub fn fills_in(&self, page: &Page, action: &str, fields: &[(&str, &str)]) -> Page {
        assert!(page.says(&format!("action=\"{action}\"")), "no form for {action} on {}", page.address);
        self.posts(action, &[&page.hidden(action)[..], &owned(fields)].concat())
    }

    /// Sends fields as they are.
    pub fn posts(&self, address: &str, fields: &[(String, String)]) -> Page {
        let request = TestRequest::post().uri(address).insert_header(("origin", ADDRESS)).set_form(fields);
        self.sends(address, request)
    }

    /// Sends a page's form with a file; the form is known by its action.
    pub fn sends_file(&self, page: &Page, action: &str, fields: &[(&str, &str)], (name, file): (&str, &[u8])) -> Page {
        let mut body = Vec::new();
        for (field, value) in [&page.hidden(action)[..], &owned(fields)].concat() {
            let head = format!("--edge\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        let head = format!("--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), file, b"\r\n--edge--\r\n"].concat());
        let request = TestRequest::post().uri(action).insert_header(("origin", ADDRESS));
        self.sends(
            action,
            request.insert_header(("content-type", "multipart/form-data; boundary=edge")).set_payload(body),
        )
    }

    /// Goes on to where a page sends the browser, with the cookies that the page has set.
    pub fn follows(&self, page: &Page) -> Page {
        let leads_to = page.location.as_ref();
        let address = leads_to.unwrap_or_else(|| panic!("{} leads nowhere:\n{}", page.address, page.words()));
        let set = page.headers.iter().filter(|(name, _)| name == "set-cookie");
        let cookies = set.map(|(_, cookie)| Cookie::parse_encoded(cookie.clone()).unwrap());
        self.sends(address, cookies.fold(TestRequest::get().uri(address), TestRequest::cookie))
    }

    fn sends(&self, address: &str, request: TestRequest) -> Page {
        let cookie = self.cookie.iter().map(|cookie| Cookie::new("__Host-seamark", cookie.clone()));
        let request = cookie.fold(request.peer_addr("192.0.2.1:4000".parse().unwrap()), TestRequest::cookie);
        rt::System::new().block_on(async {
            let web = WebApp::new().configure(|service| configure(self.app, service)).wrap(from_fn(arrive));
            let answer = call_service(&init_service(web).await, request.to_request()).await;
            let header = |name: &str| Some(answer.headers().get(name)?.to_str().unwrap().to_owned());
            Page {
                address: address.to_owned(),
                status: answer.status().as_u16(),
                content_type: header("content-type").unwrap_or_default(),
                location: header("location"),
                headers: answer
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                    .collect(),
                body: read_body(answer).await.to_vec(),
            }
        })
    }
}

impl Page {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// How a cookie is set, with its attributes.
    pub fn sets(&self, cookie: &str) -> Option<&str> {
        let start = format!("{cookie}=");
        let set = |(name, value): &&(String, String)| name == "set-cookie" && value.starts_with(&start);
        self.headers.iter().find(set).map(|(_, value)| value.as_str())
    }

    pub fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn says(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    /// The form with this action, as it is written.
    pub fn form(&self, action: &str) -> String {
        let words = self.words();
        let form = words.split("<form").find(|form| form.contains(&format!("action=\"{action}\"")));
        form.unwrap_or_else(|| panic!("no form for {action}")).split("</form>").next().unwrap().to_owned()
    }

    /// The tags of a kind, such as every `<input …>`.
    pub fn tags(&self, name: &str) -> Vec<String> {
        tags(&self.words(), name)
    }

    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let hidden = tags(&self.form(action), "input").into_iter().filter(|tag| tag.contains("type=\"hidden\""));
        hidden.map(|tag| (attribute(&tag, "name").unwrap(), attribute(&tag, "value").unwrap_or_default())).collect()
    }
}

pub fn tags(html: &str, name: &str) -> Vec<String> {
    let opening = format!("<{name} ");
    html.split(&opening).skip(1).map(|rest| rest.split('>').next().unwrap().to_owned()).collect()
}

pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split(&format!("{name}=\"")).nth(1)?;
    Some(rest.split('"').next()?.to_owned())
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
