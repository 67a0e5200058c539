//! What came of the comparison: a tally for each reader, their table, and whether ours is behind.

use super::reader::Answer;
use super::suite::{Picture, Truth, Verdict};

/// One reader's results.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    pub(super) reader: String,
    /// Pictures read in each set, in the order of [`Sets`].
    pub(super) read: Vec<usize>,
    /// Texts that a picture does not say.
    pub(super) wrong: usize,
    pub(super) gave_up: usize,
    /// CPU time for the pictures with a code.
    pub(super) median_ms: f64,
    pub(super) p95_ms: f64,
    /// For the pictures without one, whatever their size; `None` where there are none.
    pub(super) no_code_ms: Option<f64>,
    /// For the empty frames of 1280 × 720.
    pub(super) empty_ms: f64,
}

/// The name of each set with a code in it, and its number of pictures.
pub(super) type Sets = Vec<(String, usize)>;

pub(super) fn sets(pictures: &[Picture]) -> Sets {
    let mut sets = Sets::new();
    for picture in pictures.iter().filter(|picture| picture.truth != Truth::NoCode) {
        match sets.iter_mut().find(|(name, _)| *name == picture.set) {
            Some((_, number)) => *number += 1,
            None => sets.push((picture.set.clone(), 1)),
        }
    }
    sets
}

impl Tally {
    pub(super) fn new(reader: &str, pictures: &[Picture], answers: &[Answer]) -> Self {
        let verdicts: Vec<Verdict> = verdicts(pictures, answers);
        let times = |with_code: bool| {
            let both = pictures.iter().zip(answers);
            both.filter(move |(picture, _)| (picture.truth != Truth::NoCode) == with_code)
                .map(|(_, answer)| answer.ms)
                .collect::<Vec<_>>()
        };
        let read = |(set, _): (String, usize)| {
            let both = pictures.iter().zip(&verdicts);
            both.filter(|(picture, verdict)| picture.set == set && verdict.read).count()
        };
        Self {
            reader: reader.to_owned(),
            read: sets(pictures).into_iter().map(read).collect(),
            wrong: verdicts.iter().map(|verdict| verdict.wrong).sum(),
            gave_up: answers.iter().filter(|answer| answer.ms >= 2000.0).count(),
            median_ms: percentile(&times(true), 0.5).unwrap_or_default(),
            p95_ms: percentile(&times(true), 0.95).unwrap_or_default(),
            no_code_ms: percentile(&times(false), 0.5),
            empty_ms: 0.0,
        }
    }

    pub(super) fn total(&self) -> usize {
        self.read.iter().sum()
    }
}

pub(super) fn verdicts(pictures: &[Picture], answers: &[Answer]) -> Vec<Verdict> {
    pictures
        .iter()
        .zip(answers)
        .map(|(picture, answer)| picture.truth.judge(&answer.texts))
        .collect()
}

/// The least of the values that so large a share of them does not exceed.
pub(super) fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied()
}

/// A row for each set and for each figure, a column for each reader.
pub(super) fn table(sets: &Sets, tallies: &[Tally]) -> String {
    let names: String = tallies.iter().map(|tally| format!(" {} |", tally.reader)).collect();
    let rule = "--:|".repeat(tallies.len());
    let mut table = format!("| pictures read of | |{names}\n|---|--:|{rule}\n");
    let mut row = |name: &str, number: &str, cell: &dyn Fn(&Tally) -> String| {
        let cells: String = tallies.iter().map(|tally| format!(" {} |", cell(tally))).collect();
        table.push_str(&format!("| {name} | {number} |{cells}\n"));
    };
    for (at, (name, number)) in sets.iter().enumerate() {
        row(name, &number.to_string(), &|tally| tally.read[at].to_string());
    }
    let all: usize = sets.iter().map(|(_, number)| number).sum();
    row("**all**", &format!("**{all}**"), &|tally| format!("**{}**", tally.total()));
    row("texts read wrong", "", &|tally| tally.wrong.to_string());
    row("given up after 2 s, or crashed", "", &|tally| tally.gave_up.to_string());
    row("a picture with a code, median ms", "", &|tally| ms(tally.median_ms));
    row("the same, 95 % are below, ms", "", &|tally| ms(tally.p95_ms));
    if let Some(peer) = find(tallies, PACE) {
        row("median, times that of zxing-cpp", "", &|tally| ms(tally.median_ms / peer.median_ms));
        row("95 %, times that of zxing-cpp", "", &|tally| ms(tally.p95_ms / peer.p95_ms));
    }
    row("a picture without a code, median ms", "", &|tally| {
        tally.no_code_ms.map_or("–".to_owned(), ms)
    });
    row("an empty frame of 1280 × 720, median ms", "", &|tally| ms(tally.empty_ms));
    table
}

fn ms(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.2}") } else { format!("{ms:.1}") }
}

/// In what ours is behind: each complaint is a failure of `--check`.
pub(super) fn behind(sets: &Sets, tallies: &[Tally]) -> Vec<String> {
    let (Some(ours), Some(live)) = (find(tallies, OURS), find(tallies, LIVE)) else {
        return vec!["our reader did not run".to_owned()];
    };
    let mut complaints = Vec::new();
    let peers = || tallies.iter().filter(|tally| tally.reader != OURS && tally.reader != LIVE);
    for (at, (set, _)) in sets.iter().enumerate() {
        if let Some(best) = peers().max_by_key(|peer| peer.read[at])
            && best.read[at] > ours.read[at]
        {
            let (theirs, ours) = (best.read[at], ours.read[at]);
            complaints.push(format!("{set}: {} reads {theirs}, ours {ours}", best.reader));
        }
    }
    for tally in [ours, live].into_iter().filter(|tally| tally.wrong > 0) {
        complaints.push(format!("{} reads {} texts wrong", tally.reader, tally.wrong));
    }
    let Some(pace) = find(tallies, PACE) else {
        complaints.push(format!("no {PACE} to compare times with"));
        return complaints;
    };
    for (what, ours, most) in [
        ("median", ours.median_ms, pace.median_ms * NOISE),
        ("95 %", ours.p95_ms, pace.p95_ms * NOISE),
        ("empty frame", live.empty_ms, pace.empty_ms / 2.0),
    ] {
        if ours > most {
            complaints.push(format!("{what}: ours {} ms, to be {} at most", ms(ours), ms(most)));
        }
    }
    complaints
}

fn find<'a>(tallies: &'a [Tally], reader: &str) -> Option<&'a Tally> {
    tallies.iter().find(|tally| tally.reader == reader)
}

const OURS: &str = "countersign";
const LIVE: &str = "countersign-live";
/// The fastest peer, which sets the pace.
const PACE: &str = "zxing-cpp";
/// What two runs of the same reader may differ by.
const NOISE: f64 = 1.1;

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(reader: &str, read: &[usize], ms: f64) -> Tally {
        let read = read.to_vec();
        let (median_ms, p95_ms) = (ms, 10.0 * ms);
        Tally { reader: reader.into(), read, median_ms, p95_ms, empty_ms: ms, ..Tally::default() }
    }

    fn two_sets() -> Sets {
        vec![("easy".to_owned(), 5), ("hard".to_owned(), 4)]
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let values = [3.0, 1.0, 2.0, 4.0];
        assert_eq!(percentile(&values, 0.5), Some(2.0));
        assert_eq!(percentile(&values, 0.95), Some(4.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn a_tally_counts_by_set_and_times_what_has_a_code() {
        let picture = |set: &str, truth: Truth| Picture { file: "".into(), set: set.into(), truth };
        let text = || Truth::Texts(vec!["one".into()]);
        let pictures = [picture("a", text()), picture("b", text()), picture("none", Truth::NoCode)];
        let answer = |text: &str, ms: f64| Answer { texts: vec![text.into()], ms };
        let tally = Tally::new(
            "x",
            &pictures,
            &[answer("one", 1.0), answer("two", 2.0), answer("three", 9.0)],
        );
        assert_eq!((tally.read.as_slice(), tally.wrong), ([1, 0].as_slice(), 2));
        assert_eq!((tally.median_ms, tally.p95_ms, tally.no_code_ms), (1.0, 2.0, Some(9.0)));
    }

    #[test]
    fn the_table_has_a_row_for_each_set_and_a_column_for_each_reader() {
        let tallies = [tally(OURS, &[5, 3], 1.0), tally(PACE, &[5, 2], 2.0)];
        let table = table(&two_sets(), &tallies);
        assert!(
            table.starts_with(
                "| pictures read of | | countersign | zxing-cpp |\n|---|--:|--:|--:|\n"
            )
        );
        assert!(table.contains("\n| hard | 4 | 3 | 2 |\n"));
        assert!(table.contains("\n| **all** | **9** | **8** | **7** |\n"));
        assert!(table.contains("\n| median, times that of zxing-cpp |  | 0.50 | 1.00 |\n"));
    }

    #[test]
    fn behind_in_one_set_is_behind() {
        let live = Tally { empty_ms: 0.9, ..tally(LIVE, &[0, 0], 1.0) };
        let peers = [tally("zbar", &[0, 4], 9.0), tally(PACE, &[5, 2], 2.0)];
        let run = |ours: Tally| {
            let tallies = [&[ours, live.clone()], peers.as_slice()].concat();
            behind(&two_sets(), &tallies)
        };
        assert_eq!(run(tally(OURS, &[5, 4], 2.1)), Vec::<String>::new());
        assert_eq!(run(tally(OURS, &[5, 3], 1.0)), ["hard: zbar reads 4, ours 3"]);
        assert_eq!(run(tally(OURS, &[5, 4], 2.3)).len(), 2);
        assert_eq!(run(Tally { wrong: 1, ..tally(OURS, &[5, 4], 1.0) }).len(), 1);
        assert_eq!(behind(&two_sets(), &peers).len(), 1);
    }
}
