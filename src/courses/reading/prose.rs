//! Markdown into HTML that is safe to show as it stands: raw HTML is dropped, links are allow-listed, and a card's slot
//! such as `{dsl}` is left open to be filled when the page is shown.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset, html};

use super::Lines;

/// HTML with open slots.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fragment(pub Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Html(String),
    Slot(String),
}

impl Fragment {
    /// The HTML with each slot filled; `words` gives plain text, whose line ends are kept.
    pub fn fill(&self, words: impl Fn(&str) -> String) -> String {
        let filled = self.0.iter().map(|piece| match piece {
            Piece::Html(html) => html.clone(),
            Piece::Slot(slot) => {
                format!("<span class=\"from-school\">{}</span>", escape(&words(slot)).trim().replace('\n', "<br>"))
            }
        });
        filled.collect()
    }
}

/// One paragraph, heading, list item or cell as it is read aloud. A glossary term's words are joined by no-break spaces and
/// begin with `TERM_MARK`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub line: usize,
    pub text: String,
}

pub const TERM_MARK: char = '\u{2}';
const SLOT_OPENS: char = '\u{3}';
const SLOT_CLOSES: char = '\u{4}';

/// Something named in a text, and the line where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub what: String,
    pub line: usize,
}

/// A word of the glossary in a text: its key there, and how the text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermUse {
    pub key: String,
    pub words: String,
    pub line: usize,
}

/// A Markdown text, read.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    pub fragment: Fragment,
    pub blocks: Vec<Block>,
    /// Glossary terms, in the order of the text.
    pub terms: Vec<TermUse>,
    pub slots: Vec<Found>,
    pub links: Vec<Found>,
    pub images: Vec<Found>,
    /// What may not stand in a text, as sentences.
    pub wrong: Vec<Found>,
}

impl Prose {
    /// `images` is the address at which the folder's pictures are served.
    pub fn read(markdown: &str, lines_before: usize, images: &str) -> Prose {
        let lines = Lines::of(markdown, lines_before);
        let mut reader = Reader { images, ..Reader::default() };
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let parser = Parser::new_ext(markdown, options).into_offset_iter();
        let mut events = Vec::new();
        for (event, range) in TextMergeWithOffset::new(parser) {
            reader.line_now = lines.line(range.start);
            reader.take(event, &mut events);
        }
        reader.end_block();
        let mut markup = String::new();
        html::push_html(&mut markup, events.into_iter());
        reader.prose.fragment = cut_at_slots(&markup);
        reader.prose
    }
}

#[derive(Default)]
struct Reader<'a> {
    images: &'a str,
    prose: Prose,
    line_now: usize,
    block: Option<Block>,
    /// The text of the glossary term that is open, if one is.
    term: Option<String>,
    image: Option<(Found, String)>,
    /// For each link that is open: whether it stays a link.
    links: Vec<Link>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Kept,
    Dropped,
    Term,
}

impl<'a> Reader<'a> {
    fn take(&mut self, event: Event<'a>, events: &mut Vec<Event<'a>>) {
        match event {
            // Inside a picture stand the words for those who cannot see it, and nothing else.
            Event::Code(text) if self.image.is_some() => self.say(&text),
            Event::SoftBreak | Event::HardBreak if self.image.is_some() => self.say(" "),
            Event::Html(_) | Event::InlineHtml(_) => self.wrong("HTML is left out: write Markdown"),
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            Event::Start(Tag::Link { dest_url, .. }) => self.open_link(&dest_url, events),
            Event::End(TagEnd::Link) => self.close_link(events),
            Event::Start(Tag::Image { dest_url, .. }) => self.open_image(&dest_url),
            Event::End(TagEnd::Image) => self.close_image(events),
            Event::Text(text) => self.text(&text, events),
            Event::Code(ref text) => {
                self.say(text);
                events.push(event);
            }
            Event::SoftBreak | Event::HardBreak => {
                self.say(" ");
                events.push(event);
            }
            Event::Start(ref tag) => {
                if is_block(tag) {
                    self.end_block();
                }
                if let Tag::Heading { level, .. } = tag
                    && *level as usize == 1
                {
                    self.wrong("the title is the page's only first heading: begin a heading with ##");
                }
                events.push(event);
            }
            Event::End(ref tag) => {
                if !matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) {
                    self.end_block();
                }
                events.push(event);
            }
            Event::Rule => events.push(event),
            _ => {}
        }
    }

    fn wrong(&mut self, what: impl Into<String>) {
        self.prose.wrong.push(Found { what: what.into(), line: self.line_now });
    }

    fn found(&self, what: &str) -> Found {
        Found { what: what.to_owned(), line: self.line_now }
    }

    fn say(&mut self, text: &str) {
        if let Some(term) = &mut self.term {
            term.push_str(text);
        }
        if let Some((_, alternative)) = &mut self.image {
            alternative.push_str(text);
        }
        let line = self.line_now;
        let spoken = if self.term.is_some() { text.trim().replace(' ', "\u{a0}") } else { text.to_owned() };
        self.block.get_or_insert_with(|| Block { line, text: String::new() }).text.push_str(&spoken);
    }

    fn end_block(&mut self) {
        if let Some(block) = self.block.take()
            && !block.text.trim().is_empty()
        {
            self.prose.blocks.push(block);
        }
    }

    /// Cuts the slots out of a text: they are not read aloud, and stay open in the HTML.
    fn text(&mut self, text: &str, events: &mut Vec<Event<'a>>) {
        if self.image.is_some() {
            return self.say(text);
        }
        let mut shown = String::new();
        let mut rest = text;
        while let Some((before, slot, after)) = first_slot(rest) {
            self.say(before);
            shown.push_str(before);
            shown.extend([SLOT_OPENS.to_string().as_str(), slot, SLOT_CLOSES.to_string().as_str()]);
            self.prose.slots.push(self.found(slot));
            rest = after;
        }
        self.say(rest);
        shown.push_str(rest);
        events.push(Event::Text(CowStr::from(shown)));
    }

    fn open_link(&mut self, address: &str, events: &mut Vec<Event<'a>>) {
        if address == "term" {
            self.say(&TERM_MARK.to_string());
            self.term = Some(String::new());
            self.links.push(Link::Term);
            // The opening tag waits for the words that name the term.
            events.push(Event::InlineHtml(CowStr::from(String::new())));
            return;
        }
        self.prose.links.push(self.found(address));
        if is_allowed(address) {
            events.push(Event::Start(Tag::Link {
                link_type: LinkType::Inline,
                dest_url: CowStr::from(address.to_owned()),
                title: CowStr::from(""),
                id: CowStr::from(""),
            }));
            self.links.push(Link::Kept);
        } else {
            self.wrong(format!("a link to ‘{address}’ is not allowed"));
            self.links.push(Link::Dropped);
        }
    }

    fn close_link(&mut self, events: &mut Vec<Event<'a>>) {
        match self.links.pop() {
            Some(Link::Kept) => events.push(Event::End(TagEnd::Link)),
            Some(Link::Term) => {
                let words = self.term.take().unwrap_or_default();
                let key = term_key(&words);
                let opening =
                    events.iter_mut().rev().find(|event| matches!(event, Event::InlineHtml(tag) if tag.is_empty()));
                if let Some(opening) = opening {
                    *opening = Event::InlineHtml(CowStr::from(format!(
                        "<button class=\"term\" type=\"button\" popovertarget=\"means-{}\">",
                        escape(&key)
                    )));
                }
                events.push(Event::InlineHtml(CowStr::from("</button>")));
                self.prose.terms.push(TermUse { key, words, line: self.line_now });
            }
            Some(Link::Dropped) | None => {}
        }
    }

    fn open_image(&mut self, address: &str) {
        self.image = Some((self.found(address), String::new()));
    }

    fn close_image(&mut self, events: &mut Vec<Event<'a>>) {
        let Some((image, alternative)) = self.image.take() else { return };
        let name = image.what.strip_prefix("images/").filter(|name| picture_type(name).is_some());
        match name {
            Some(name) => {
                let tag = format!(
                    "<img src=\"{}{}\" alt=\"{}\">",
                    escape(self.images),
                    escape(name),
                    escape(alternative.trim())
                );
                events.push(Event::InlineHtml(CowStr::from(tag)));
            }
            None => self.wrong("a picture is a PNG, JPEG or WebP file in images/"),
        }
        if alternative.trim().is_empty() {
            self.wrong("a picture needs words for those who cannot see it");
        }
        self.prose.images.push(image);
    }
}

fn is_block(tag: &Tag) -> bool {
    !matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
}

/// The first `{slot}` of a text, with what stands before and after it.
fn first_slot(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(opens) = text[from..].find('{').map(|at| from + at) {
        let (slot, after) = text[opens + 1..].split_once('}')?;
        if super::is_slug(slot) {
            return Some((&text[..opens], slot, after));
        }
        from = opens + 1;
    }
    None
}

fn cut_at_slots(markup: &str) -> Fragment {
    let mut pieces = Vec::new();
    for (place, part) in markup.split(SLOT_OPENS).enumerate() {
        let (slot, html) = if place == 0 { (None, part) } else { split_slot(part) };
        pieces.extend(slot.map(|slot| Piece::Slot(slot.to_owned())));
        if !html.is_empty() {
            pieces.push(Piece::Html(html.to_owned()));
        }
    }
    Fragment(pieces)
}

fn split_slot(part: &str) -> (Option<&str>, &str) {
    part.split_once(SLOT_CLOSES).map_or((None, part), |(slot, html)| (Some(slot), html))
}

/// "Personal data" is looked up as `personal-data`.
fn term_key(words: &str) -> String {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    words.join("-")
}

/// Places in Seamark itself, clauses on the page, and the few sites outside that content may send people to.
fn is_allowed(address: &str) -> bool {
    let own = ["/help", "/self-check", "/glossary", "/policies/", "/courses/", "/attestations/"];
    let plain = |address: &str| address.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/#.".contains(&b));
    if let Some(outside) = address.strip_prefix("https://") {
        let host = outside.split('/').next().unwrap_or_default();
        return plain(outside) && OUTSIDE.contains(&host);
    }
    plain(address)
        && !address.contains("//")
        && (address.starts_with('#') || own.iter().any(|o| address.starts_with(o)))
}

const OUTSIDE: &[&str] = &[
    "www.gov.uk",
    "www.legislation.gov.uk",
    "www.ncsc.gov.uk",
    "ico.org.uk",
    "www.nspcc.org.uk",
    "saferinternet.org.uk",
    "reportharmfulcontent.com",
];

/// The content type of a picture that may be shown; drawings that can carry script are not among them.
pub fn picture_type(name: &str) -> Option<&'static str> {
    let (stem, kind) = name.rsplit_once('.')?;
    if !super::is_slug(stem) {
        return None;
    }
    match kind {
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "webp" => Some("image/webp"),
        _ => None,
    }
}

/// Text made safe inside HTML and its attributes.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
