//! Everything that crosses, read out of the built library and held against `exported.txt`.
//!
//! A change of the surface is a change of that file, which somebody reviews. Two rules do not wait for
//! a reviewer: a text leaves only where this file names it, and a secret only by a `reveal…`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use uniffi_meta::{EnumShape, FieldMetadata, FnParamMetadata, Metadata, Type, UniffiTraitMetadata};

/// Every text that leaves without being revealed.
const TEXTS: &[&str] = &[
    "Code.next_text",
    "Code.text",
    "Entry.issuer",
    "Entry.name",
    "Outline.identity",
    "Preview.issuer",
    "Preview.name",
    "Request.accept",
    "Request.body",
    "Request.method",
    "Request.url",
    "Vault.next_code",
    "Vault.set_aside",
    "View.ends_in",
];

/// What a field or a call that holds a secret would be called.
const SECRET_WORDS: &[&str] = &[
    "base32",
    "export",
    "key",
    "otpauth",
    "passphrase",
    "password",
    "payload",
    "pin",
    "private",
    "secret",
    "seed",
    "token",
    "uri",
];

#[test]
fn the_surface_is_the_one_that_was_reviewed() {
    let exported: String = surface(&metadata()).into_iter().map(|line| line + "\n").collect();
    let reviewed = Path::new(env!("CARGO_MANIFEST_DIR")).join("exported.txt");
    let reviewed = fs::read_to_string(reviewed).unwrap_or_default();
    if exported == reviewed {
        return;
    }
    let (new, old): (BTreeSet<_>, BTreeSet<_>) =
        (exported.lines().collect(), reviewed.lines().collect());
    let change: String = (old.difference(&new).map(|line| format!("- {line}\n")))
        .chain(new.difference(&old).map(|line| format!("+ {line}\n")))
        .collect();
    let place = library().with_extension("txt");
    fs::write(&place, exported).unwrap();
    panic!(
        "what is exported has changed; if that is meant, copy {} over bindings/exported.txt:\n{change}",
        place.display()
    );
}

#[test]
fn a_text_leaves_only_where_it_is_known_and_no_secret_does() {
    let metadata = metadata();
    let types = Types::of(&metadata);
    let mut texts = BTreeSet::new();
    for call in calls(&metadata).filter(|call| !call.name.starts_with("reveal_")) {
        let leaves = types.leaves(&call);
        let secret = leaves.iter().find(|leaf| leaf.is_secret());
        assert!(secret.is_none(), "{} gives {} away", call.full_name(), secret.unwrap().place);
        texts.extend(leaves.into_iter().filter(|leaf| leaf.is_text).map(|leaf| leaf.place));
    }
    let known = TEXTS.iter().map(|place| (*place).to_owned()).collect();
    assert_eq!(texts, known, "a text leaves that is not known, or does no more");
}

#[test]
fn the_rule_sees_a_secret_where_there_is_one() {
    let metadata = metadata();
    let types = Types::of(&metadata);
    let revealing: Vec<_> =
        calls(&metadata).filter(|call| call.name.starts_with("reveal_")).collect();
    assert!(!revealing.is_empty());
    for mut call in revealing {
        // As if somebody had taken the word out of its name.
        call.name = call.name.replacen("reveal_", "", 1);
        let leaves = types.leaves(&call);
        assert!(
            leaves.iter().any(|leaf| leaf.is_text && !TEXTS.contains(&leaf.place.as_str())),
            "{} would not be noticed",
            call.full_name()
        );
    }
}

/// A call with what it gives back.
struct Call {
    object: String,
    name: String,
    inputs: Vec<FnParamMetadata>,
    gives: Option<Type>,
    throws: Option<Type>,
}

impl Call {
    fn full_name(&self) -> String {
        format!("{}.{}", self.object, self.name)
    }
}

/// Something that is not put together of others.
struct Leaf {
    place: String,
    is_text: bool,
    is_bytes: bool,
}

impl Leaf {
    /// Bytes that leave are either a secret or nothing that a shell should look into.
    fn is_secret(&self) -> bool {
        let name = self.place.to_lowercase();
        let mut words = name.split(['.', '_']);
        self.is_bytes || self.is_text && words.any(|word| SECRET_WORDS.contains(&word))
    }
}

/// The fields of every record and every enum.
struct Types<'a>(BTreeMap<&'a str, Vec<&'a FieldMetadata>>);

impl<'a> Types<'a> {
    fn of(metadata: &'a [Metadata]) -> Self {
        let fields = metadata.iter().filter_map(|item| match item {
            Metadata::Record(record) => {
                Some((record.name.as_str(), record.fields.iter().collect()))
            }
            Metadata::Enum(of) => {
                let fields = of.variants.iter().flat_map(|variant| &variant.fields);
                Some((of.name.as_str(), fields.collect()))
            }
            _ => None,
        });
        Self(fields.collect())
    }

    fn leaves(&self, call: &Call) -> Vec<Leaf> {
        let mut leaves = Vec::new();
        let given = call.gives.iter().chain(&call.throws);
        given.for_each(|given| self.gather(call.full_name(), given, &mut leaves));
        leaves
    }

    fn gather(&self, place: String, of: &Type, leaves: &mut Vec<Leaf>) {
        match of {
            Type::Record { name, .. } | Type::Enum { name, .. } => {
                for field in &self.0[name.as_str()] {
                    self.gather(format!("{name}.{}", field.name), &field.ty, leaves);
                }
            }
            Type::Optional { inner_type }
            | Type::Sequence { inner_type }
            | Type::Box { inner_type }
            | Type::Set { inner_type } => self.gather(place, inner_type, leaves),
            Type::Map { key_type, value_type } => {
                self.gather(place.clone(), key_type, leaves);
                self.gather(place, value_type, leaves);
            }
            Type::Custom { builtin, .. } => self.gather(place, builtin, leaves),
            other => leaves.push(Leaf {
                place,
                is_text: *other == Type::String,
                is_bytes: *other == Type::Bytes,
            }),
        }
    }
}

/// The calls of the objects; `surface` refuses every other kind.
fn calls(metadata: &[Metadata]) -> impl Iterator<Item = Call> {
    metadata.iter().filter_map(|item| match item.clone() {
        Metadata::Method(call) if !call.is_async => Some(Call {
            object: call.self_name,
            name: call.name,
            inputs: call.inputs,
            gives: call.return_type,
            throws: call.throws,
        }),
        // What it gives is the object, which stays in here.
        Metadata::Constructor(call) if !call.is_async => Some(Call {
            object: call.self_name,
            name: call.name,
            inputs: call.inputs,
            gives: None,
            throws: call.throws,
        }),
        _ => None,
    })
}

/// A line for each call, field, case and trait.
fn surface(metadata: &[Metadata]) -> BTreeSet<String> {
    let mut lines: BTreeSet<_> = calls(metadata).map(|call| call_line(&call)).collect();
    for item in metadata {
        match item {
            Metadata::Namespace(_) => {}
            Metadata::Method(call) if !call.is_async => {}
            Metadata::Constructor(call) if !call.is_async => {}
            Metadata::Object(object) => {
                lines.insert(format!("object {}", object.name));
            }
            Metadata::Record(record) => lines.extend(
                record
                    .fields
                    .iter()
                    .map(|field| format!("record {}.{}", record.name, field_text(field))),
            ),
            Metadata::Enum(of) => lines.extend(of.variants.iter().map(|variant| {
                let kind = match of.shape {
                    EnumShape::Enum => "enum",
                    EnumShape::Error { flat: true } => "error",
                    EnumShape::Error { flat: false } => "error with fields",
                };
                let fields: Vec<_> = variant.fields.iter().map(field_text).collect();
                let fields = if fields.is_empty() {
                    String::new()
                } else {
                    format!(" {{ {} }}", fields.join(", "))
                };
                format!("{kind} {}.{}{fields}", of.name, variant.name)
            })),
            Metadata::CustomType(custom) => {
                lines.insert(format!("type {} = {}", custom.name, spelled(&custom.builtin)));
            }
            Metadata::UniffiTrait(UniffiTraitMetadata::Display { fmt }) => {
                lines.insert(format!("text of {}", fmt.self_name));
            }
            // Callbacks, traits of a shell and calls that wait have no place in this surface.
            other => panic!("exported, and of a kind that is not: {other:?}"),
        }
    }
    lines
}

fn call_line(call: &Call) -> String {
    let inputs: Vec<_> = call
        .inputs
        .iter()
        .map(|input| {
            let borrowed = if input.by_ref { "&" } else { "" };
            format!("{}: {borrowed}{}", input.name, spelled(&input.ty))
        })
        .collect();
    let gives = call.gives.as_ref().map(|of| format!(" -> {}", spelled(of)));
    let throws = call.throws.as_ref().map(|of| format!(" throws {}", spelled(of)));
    let (gives, throws) = (gives.unwrap_or_default(), throws.unwrap_or_default());
    format!("call {}({}){gives}{throws}", call.full_name(), inputs.join(", "))
}

fn field_text(field: &FieldMetadata) -> String {
    let default = if field.default.is_some() { " with a default" } else { "" };
    format!("{}: {}{default}", field.name, spelled(&field.ty))
}

fn spelled(of: &Type) -> String {
    match of {
        Type::Object { name, .. }
        | Type::Record { name, .. }
        | Type::Enum { name, .. }
        | Type::Custom { name, .. } => name.clone(),
        Type::Optional { inner_type } => format!("{}?", spelled(inner_type)),
        Type::Sequence { inner_type } => format!("[{}]", spelled(inner_type)),
        plain => format!("{plain:?}"),
    }
}

fn metadata() -> Vec<Metadata> {
    let library = library().into_os_string().into_string().unwrap();
    uniffi_bindgen::macro_metadata::extract_from_library(library.as_str().into()).unwrap()
}

/// The library that was built for this test, beside it. The one in the folder above may be older.
fn library() -> PathBuf {
    let name = format!("{}countersign_ffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    env::current_exe().unwrap().with_file_name(name)
}
