//! `cargo xtask qr`: our QR reader beside its peers, on the same pictures in the same run.

mod reader;
mod suite;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use xshell::{Shell, cmd};

use self::reader::Answer;
use self::suite::{Picture, Truth};
use self::table::Tally;
use crate::Arguments;
use crate::bench::{machine, write_table};
use crate::report::Report;
use crate::run::{say, watch};

pub(crate) fn run(shell: &Shell, mut arguments: Arguments, report: &mut Report) -> Result<()> {
    let (check, write) = (arguments.flag("--check"), arguments.flag("--write"));
    let folder = arguments.value("--suite")?;
    arguments.finish()?;

    let program = reader::build(shell, report)?;
    let made = shell.current_dir().join(MADE);
    shell.remove_path(OUTPUT)?;
    shell.create_dir(OUTPUT)?;
    let make =
        cmd!(shell, "cargo run --quiet --package countersign-tests --bin made_pictures {MADE}");
    ensure!(watch(make, &[])?.success, "the made pictures cannot be made");
    let own = Suite::open(shell, &program, &made, "made")?;
    let foreign = match &folder {
        Some(folder) => {
            let folder = shell.current_dir().join(folder);
            Some(Suite::open(shell, &program, &folder, "suite")?)
        }
        None => None,
    };
    let suite = foreign.as_ref().unwrap_or(&own);

    let names = cmd!(shell, "{program} list").read()?;
    let (mut tallies, mut answers) = (Vec::new(), Vec::new());
    for name in names.lines() {
        say(&format!("{name} reads {} pictures", suite.pictures.len()));
        let list = shell.current_dir().join(OUTPUT).join("list.txt");
        let read = reader::read(&program, name, &suite.grey, 3, &list)?;
        let empty = reader::read(&program, name, &own.empty_frames(), 25, &list)?;
        let times: Vec<_> = empty.iter().map(|answer| answer.ms).collect();
        let empty_ms = table::percentile(&times, 0.5).context("there are no empty frames")?;
        tallies.push(Tally { empty_ms, ..Tally::new(name, &suite.pictures, &read) });
        answers.push((name, read));
    }
    let each = serde_json::to_string_pretty(&each_picture(&suite.pictures, &answers))?;
    shell.write_file(format!("{OUTPUT}/pictures.json"), each)?;

    let sets = table::sets(&suite.pictures);
    let table = table::table(&sets, &tallies);
    say(&format!("\n{table}\nEach picture by itself: {OUTPUT}/pictures.json"));
    report.pass(1);
    if check {
        for complaint in table::behind(&sets, &tallies) {
            report.fail("qr --check", &complaint);
        }
    }
    if write {
        let date = cmd!(shell, "date -u +%F").read()?;
        let caption = format!("Measured on {date}: {}.\n\n", machine(shell)?);
        let command = if folder.is_some() { "qr --suite DIR --write" } else { "qr --write" };
        write_table(shell, command, &(caption + &table))?;
    }
    Ok(())
}

/// Pictures, and where their grey pixels lie.
struct Suite {
    pictures: Vec<Picture>,
    grey: Vec<PathBuf>,
}

impl Suite {
    /// Makes everything in a folder with a manifest grey, in a folder of ours called `name`.
    fn open(shell: &Shell, program: &Path, folder: &Path, name: &str) -> Result<Self> {
        let pictures = suite::pictures(&shell.read_file(folder.join("manifest.json"))?)?;
        let here = shell.current_dir().join(OUTPUT).join("grey").join(name);
        let grey = pictures.iter().map(|picture| here.join(format!("{}.pgm", picture.file)));
        let grey: Vec<_> = grey.collect();
        let files = pictures.iter().map(|picture| folder.join(&picture.file));
        reader::grey(shell, program, &files.zip(grey.clone()).collect::<Vec<_>>())?;
        Ok(Self { pictures, grey })
    }

    fn empty_frames(&self) -> Vec<PathBuf> {
        let both = self.pictures.iter().zip(&self.grey);
        both.filter(|(picture, _)| picture.truth == Truth::NoCode)
            .map(|(_, grey)| grey.clone())
            .collect()
    }
}

/// Of each picture who read it, what nobody should have read in it, and how long each took.
fn each_picture(pictures: &[Picture], answers: &[(&str, Vec<Answer>)]) -> Value {
    let one = |(at, picture): (usize, &Picture)| {
        let judged = answers
            .iter()
            .map(|(name, answers)| (*name, &answers[at], picture.truth.judge(&answers[at].texts)));
        let judged: Vec<_> = judged.collect();
        let by = judged.iter().filter(|(_, _, verdict)| verdict.read).map(|(name, ..)| *name);
        let wrong = judged.iter().filter(|(_, _, verdict)| verdict.wrong > 0);
        let wrong = wrong.map(|(name, answer, _)| ((*name).to_owned(), json!(answer.texts)));
        let ms = judged.iter().map(|(name, answer, _)| ((*name).to_owned(), json!(answer.ms)));
        json!({
            "file": picture.file,
            "set": picture.set,
            "read_by": by.collect::<Vec<_>>(),
            "wrong": wrong.collect::<serde_json::Map<_, _>>(),
            "ms": ms.collect::<serde_json::Map<_, _>>(),
        })
    };
    pictures.iter().enumerate().map(one).collect()
}

const OUTPUT: &str = "target/qr";
const MADE: &str = "target/qr/made";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_names_who_read_it_and_who_read_it_wrong() {
        let truth = Truth::Texts(vec!["one".into()]);
        let pictures = [Picture { file: "a/1.png".into(), set: "a".into(), truth }];
        let answer = |text: &str| vec![Answer { texts: vec![text.into()], ms: 1.0 }];
        let each = each_picture(&pictures, &[("good", answer("one")), ("bad", answer("two"))]);
        assert_eq!(each[0]["read_by"], json!(["good"]));
        assert_eq!(each[0]["wrong"], json!({"bad": ["two"]}));
    }
}
