//! One deterministic encoding: JSON with sorted keys, no spaces, NFC strings and whole numbers. Written once, kept as bytes.

use std::collections::BTreeMap;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// The canonical bytes of a value. Numbers that are not whole do not occur in entries; they would be written as JSON does.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut text = String::new();
    write(value, &mut text);
    text.into_bytes()
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
        // ASCII is its own normal form
        Value::String(text) if text.is_ascii() => out.push_str(&value.to_string()),
        Value::String(text) => out.push_str(&Value::String(text.nfc().collect()).to_string()),
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            // Sorted as written: the NFC of two names may stand the other way round.
            let sorted: BTreeMap<String, &Value> =
                members.iter().map(|(name, member)| (name.nfc().collect(), member)).collect();
            out.push('{');
            for (place, (name, member)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write(&Value::String(name), out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}
