//! One browser: one connection, kept open and opened again when it breaks; a cookie; pages as text.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub struct Browser {
    address: String,
    connection: Option<BufReader<TcpStream>>,
    cookie: String,
    pub requests: usize,
}

pub struct Page {
    pub status: u16,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

impl Browser {
    /// `address` is such as 127.0.0.1:8080.
    pub fn new(address: &str) -> Browser {
        Browser { address: address.to_owned(), connection: None, cookie: String::new(), requests: 0 }
    }

    /// The same, already signed in.
    pub fn signed_in(address: &str, cookie: &str) -> Browser {
        Browser { cookie: format!("seamark={cookie}"), ..Browser::new(address) }
    }

    pub fn opens(&mut self, path: &str) -> Result<Page, String> {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {}\r\n\r\n", self.address, self.cookie))
    }

    pub fn posts(&mut self, path: &str, fields: &[(String, String)]) -> Result<Page, String> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nhost: {0}\r\norigin: http://{0}\r\ncookie: {1}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {2}\r\n\r\n{body}",
            self.address,
            self.cookie,
            body.len()
        ))
    }

    fn send(&mut self, request: &str) -> Result<Page, String> {
        self.requests += 1;
        let sent = self.try_to_send(request);
        if sent.is_err() {
            self.connection = None;
        }
        sent.map_err(|error| error.to_string())
    }

    fn try_to_send(&mut self, request: &str) -> std::io::Result<Page> {
        if self.connection.is_none() {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(Duration::from_secs(30)))?;
            self.connection = Some(BufReader::new(stream));
        }
        let connection = self.connection.as_mut().expect("just opened");
        connection.get_mut().write_all(request.as_bytes())?;
        let (page, cookie, closes) = read_answer(connection)?;
        if let Some(cookie) = cookie {
            self.cookie = cookie;
        }
        if closes {
            self.connection = None;
        }
        Ok(page)
    }
}

fn read_answer(connection: &mut BufReader<TcpStream>) -> std::io::Result<(Page, Option<String>, bool)> {
    let mut line = String::new();
    if connection.read_line(&mut line)? == 0 {
        return Err(std::io::Error::other("the server closed the connection"));
    }
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let (mut length, mut location, mut cookie, mut closes) = (0, None, None, false);
    loop {
        line.clear();
        connection.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or(0),
            "location" => location = Some(value.to_owned()),
            "connection" => closes = value.eq_ignore_ascii_case("close"),
            "set-cookie" if value.starts_with("seamark=") => cookie = value.split(';').next().map(str::to_owned),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok((Page { status, location, body }, cookie, closes))
}

impl Page {
    pub fn words(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first form of the main part: where it goes, and its hidden fields.
    pub fn form(&self) -> Option<(String, Vec<(String, String)>)> {
        let words = self.words();
        let form = words.split("<main").nth(1)?.split("<form").skip(1).find(|form| form.contains(" action=\""))?;
        let form = form.split("</form>").next()?;
        let action = attribute(form, "action")?;
        let hidden = form
            .split("<input ")
            .skip(1)
            .map(|input| input.split('>').next().unwrap_or_default())
            .filter(|input| input.contains("type=\"hidden\""))
            .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default())));
        Some((action, hidden.collect()))
    }

    /// The address behind the page's one green button.
    pub fn button(&self) -> Option<String> {
        let words = self.words();
        let link = words.split("<a class=\"govuk-button").nth(1)?;
        attribute(link.split('>').next()?, "href")
    }

    pub fn heading(&self) -> String {
        let words = self.words();
        let heading = words.split("<h1").nth(1).and_then(|rest| rest.split_once('>')).map(|(_, rest)| rest);
        plain(heading.and_then(|rest| rest.split('<').next()).unwrap_or_default())
    }

    /// The choices: legend of the group they stand in, name, value, and label.
    pub fn choices(&self) -> Vec<Choice> {
        let words = self.words();
        let mut found = Vec::new();
        for group in words.split("<fieldset").skip(1) {
            let legend = group.split("<legend").nth(1).and_then(|rest| rest.split_once('>')).map(|(_, rest)| rest);
            let legend = plain(legend.and_then(|rest| rest.split('<').next()).unwrap_or_default());
            for input in group.split("<input ").skip(1) {
                let tag = input.split('>').next().unwrap_or_default();
                let label = input.split("<label").nth(1).and_then(|rest| rest.split_once('>')).map(|(_, rest)| rest);
                let label = plain(label.and_then(|rest| rest.split('<').next()).unwrap_or_default());
                if let (Some(name), Some(value)) = (attribute(tag, "name"), attribute(tag, "value")) {
                    found.push(Choice { group: legend.clone(), name, value, label });
                }
            }
        }
        found
    }

    /// The values of tick boxes with this name.
    pub fn ticks(&self, name: &str) -> Vec<String> {
        let words = self.words();
        let inputs = words.split("<input ").skip(1).map(|input| input.split('>').next().unwrap_or_default());
        inputs
            .filter(|input| attribute(input, "name").as_deref() == Some(name))
            .filter_map(|input| attribute(input, "value"))
            .collect()
    }
}

pub struct Choice {
    pub group: String,
    pub name: String,
    pub value: String,
    pub label: String,
}

pub fn attribute(tag: &str, name: &str) -> Option<String> {
    tag.split(&format!("{name}=\"")).nth(1)?.split('"').next().map(plain)
}

/// Text as it is read.
fn plain(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#x60;", "`"),
        ("&#x3D;", "="),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.trim().to_owned(), |text, (code, letter)| text.replace(code, letter))
}
