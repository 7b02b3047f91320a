//! The structure that a screen reader follows: what each piece of a page is, in reading order (ISO 32000-1, 14.7 and 14.8).

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary, text_string};

/// What a piece of the document is.
#[derive(Clone, PartialEq, Debug)]
pub enum Tag {
    Document,
    Section,
    /// 1 to 6.
    Heading(u8),
    Paragraph,
    List,
    Item,
    /// The bullet or number of an item.
    Label,
    /// The words of an item.
    Body,
    Table,
    Row,
    ColumnHead,
    RowHead,
    Cell,
    /// A picture, with the words that stand for it.
    Figure(String),
    /// Words that lead to an address.
    Link(String),
}

impl Tag {
    /// The standard structure type.
    pub fn name(&self) -> String {
        match self {
            Tag::Document => "Document",
            Tag::Section => "Sect",
            Tag::Heading(level) => return format!("H{}", level.clamp(&1, &6)),
            Tag::Paragraph => "P",
            Tag::List => "L",
            Tag::Item => "LI",
            Tag::Label => "Lbl",
            Tag::Body => "LBody",
            Tag::Table => "Table",
            Tag::Row => "TR",
            Tag::ColumnHead | Tag::RowHead => "TH",
            Tag::Cell => "TD",
            Tag::Figure(_) => "Figure",
            Tag::Link(_) => "Link",
        }
        .to_owned()
    }
}

/// A part of an element: another element, marked content on a page, or a link's active area.
pub(super) enum Kid {
    Element(usize),
    Content { page: usize, number: usize },
    Area { page: usize, rect: [f32; 4] },
}

pub(super) struct Element {
    pub tag: Tag,
    pub parent: Option<usize>,
    pub kids: Vec<Kid>,
}

/// The elements in the order in which they were opened; the first is the document.
pub(super) struct Tree(pub Vec<Element>);

impl Tree {
    pub fn new() -> Tree {
        Tree(vec![Element { tag: Tag::Document, parent: None, kids: Vec::new() }])
    }

    pub fn open(&mut self, tag: Tag, parent: usize) -> usize {
        let index = self.0.len();
        self.0.push(Element { tag, parent: Some(parent), kids: Vec::new() });
        self.add(parent, Kid::Element(index));
        index
    }

    pub fn add(&mut self, element: usize, kid: Kid) {
        if let Some(element) = self.0.get_mut(element) {
            element.kids.push(kid);
        }
    }

    /// Writes the tree into the document: elements, the way back from marks to elements, and links with their areas.
    pub fn write(&self, document: &mut Document, pages: &[ObjectId]) -> Result<ObjectId, lopdf::Error> {
        let ids: Vec<ObjectId> = self.0.iter().map(|_| document.new_object_id()).collect();
        let root = document.new_object_id();
        let mut back = Back { marks: vec![Vec::new(); pages.len()], areas: Vec::new() };
        for (element, id) in self.0.iter().zip(&ids) {
            let mut written = dictionary! {
                "Type" => "StructElem",
                "S" => Object::Name(element.tag.name().into_bytes()),
                "P" => Object::Reference(element.parent.and_then(|parent| ids.get(parent)).copied().unwrap_or(root)),
            };
            element.tag.describe(&mut written);
            let mut kids = Vec::with_capacity(element.kids.len());
            for kid in &element.kids {
                kids.push(kid.write(document, element, *id, &ids, pages, &mut back)?);
            }
            written.set("K", kids);
            document.set_object(*id, written);
        }
        let parents = back.write(document, pages)?;
        let first = ids.first().copied().unwrap_or(root);
        document.set_object(
            root,
            dictionary! {
                "Type" => "StructTreeRoot",
                "K" => Object::Reference(first),
                "ParentTree" => Object::Reference(parents.0),
                "ParentTreeNextKey" => parents.1,
            },
        );
        Ok(root)
    }
}

impl Tag {
    /// The attributes that a reader needs beside the type.
    fn describe(&self, element: &mut Dictionary) {
        match self {
            Tag::Figure(words) => element.set("Alt", text_string(words)),
            Tag::ColumnHead => element.set("A", dictionary! { "O" => "Table", "Scope" => "Column" }),
            Tag::RowHead => element.set("A", dictionary! { "O" => "Table", "Scope" => "Row" }),
            _ => {}
        }
    }
}

/// The way back: for each page its marks' elements, and each link area's element.
struct Back {
    marks: Vec<Vec<ObjectId>>,
    areas: Vec<ObjectId>,
}

impl Back {
    /// The parent tree and the next free key in it.
    fn write(self, document: &mut Document, pages: &[ObjectId]) -> Result<(ObjectId, i64), lopdf::Error> {
        let mut numbers = Vec::new();
        for (key, (marks, page)) in (0i64..).zip(self.marks.into_iter().zip(pages)) {
            let row: Vec<Object> = marks.into_iter().map(Object::Reference).collect();
            numbers.extend([key.into(), Object::Reference(document.add_object(row))]);
            let page = document.get_dictionary_mut(*page)?;
            page.set("StructParents", key);
            page.set("Tabs", "S");
        }
        let first = i64::try_from(pages.len()).unwrap_or(i64::MAX);
        let next = first + i64::try_from(self.areas.len()).unwrap_or_default();
        for (key, element) in (first..).zip(self.areas) {
            numbers.extend([key.into(), Object::Reference(element)]);
        }
        Ok((document.add_object(dictionary! { "Nums" => numbers }), next))
    }
}

impl Kid {
    fn write(
        &self,
        document: &mut Document,
        element: &Element,
        element_id: ObjectId,
        ids: &[ObjectId],
        pages: &[ObjectId],
        back: &mut Back,
    ) -> Result<Object, lopdf::Error> {
        let page_id = |page: &usize| pages.get(*page).copied().unwrap_or_default();
        Ok(match self {
            Kid::Element(index) => Object::Reference(ids.get(*index).copied().unwrap_or_default()),
            Kid::Content { page, number } => {
                if let Some(marks) = back.marks.get_mut(*page) {
                    marks.resize(marks.len().max(number + 1), element_id);
                    marks[*number] = element_id;
                }
                let number = i64::try_from(*number).unwrap_or_default();
                dictionary! { "Type" => "MCR", "Pg" => Object::Reference(page_id(page)), "MCID" => number }.into()
            }
            Kid::Area { page, rect } => {
                let key = pages.len() + back.areas.len();
                back.areas.push(element_id);
                let area = document.add_object(link_area(&element.tag, *rect, i64::try_from(key).unwrap_or_default()));
                let page_id = page_id(page);
                document.get_dictionary_mut(page_id)?.get_mut(b"Annots")?.as_array_mut()?.push(Object::Reference(area));
                dictionary! { "Type" => "OBJR", "Pg" => Object::Reference(page_id), "Obj" => Object::Reference(area) }
                    .into()
            }
        })
    }
}

/// The active area over a link's words.
fn link_area(tag: &Tag, rect: [f32; 4], key: i64) -> Dictionary {
    let address = if let Tag::Link(address) = tag { address.as_str() } else { "" };
    dictionary! {
        "Type" => "Annot",
        "Subtype" => "Link",
        "Rect" => rect.iter().map(|edge| Object::Real(*edge)).collect::<Vec<_>>(),
        "Border" => vec![0.into(), 0.into(), 0.into()],
        "F" => 4,
        "Contents" => text_string(address),
        "StructParent" => key,
        "A" => dictionary! { "Type" => "Action", "S" => "URI", "URI" => Object::string_literal(address) },
    }
}
