//! Rules on what is written inside the files.

use super::Files;

/// The lint table forbids it inside the workspace; this reads what lies outside it as well.
pub(super) fn no_unsafe(files: &Files) -> Vec<String> {
    // In two halves, or this file would break its own rule.
    let word = concat!("un", "safe");
    let part_of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    every_line(files, |path, line| {
        let code = line.split("//").next().unwrap_or_default();
        let found = path.ends_with(".rs") && code.split(|c| !part_of_a_name(c)).any(|w| w == word);
        found.then(|| format!("`{word}` has no place in this tree"))
    })
}

/// A path of somebody's machine helps nobody else.
pub(super) fn no_machine_paths(files: &Files) -> Vec<String> {
    let homes = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    every_line(files, |_, line| {
        let starts_here = |at: usize| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|c| !c.is_alphanumeric() && !"._-~}".contains(c))
        };
        let home =
            homes.iter().find(|home| line.match_indices(**home).any(|(at, _)| starts_here(at)));
        home.map(|home| format!("a path of one machine ({home}…)"))
    })
}

/// A link to a file of ours leads to a file that is there.
pub(super) fn links_resolve(files: &Files) -> Vec<String> {
    let mut fenced = false;
    every_line(files, |path, line| {
        if !path.ends_with(".md") {
            return None;
        }
        fenced ^= line.trim_start().starts_with("```");
        if fenced {
            return None;
        }
        let inline = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        let defined = line.starts_with('[').then(|| line.split_once("]: ")).flatten();
        let mut targets = inline.chain(defined.map(|(_, target)| target.trim()));
        let broken = targets.find(|target| {
            let target = target.split('#').next().unwrap_or_default();
            !target.is_empty() && !target.contains(':') && !leads_somewhere(files, path, target)
        })?;
        Some(format!("the link to {broken} leads nowhere"))
    })
}

fn leads_somewhere(files: &Files, from: &str, target: &str) -> bool {
    let mut place: Vec<&str> = from.split('/').collect();
    place.pop();
    for step in target.trim_end_matches('/').split('/') {
        match step {
            "." => {}
            ".." if place.pop().is_none() => return false,
            ".." => {}
            step => place.push(step),
        }
    }
    let place = place.join("/");
    let folder = format!("{place}/");
    files.contains_key(&place)
        || files.range(folder.clone()..).next().is_some_and(|(path, _)| path.starts_with(&folder))
}

fn every_line(
    files: &Files,
    mut complaint: impl FnMut(&str, &str) -> Option<String>,
) -> Vec<String> {
    let mut complaints = Vec::new();
    for (path, text) in files {
        for (number, line) in (1..).zip(text.lines()) {
            complaints.extend(complaint(path, line).map(|what| format!("{path}:{number}: {what}")));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::tests::one;
    use super::*;

    #[test]
    fn the_word_is_found_in_code_only() {
        let word = concat!("un", "safe");
        assert_eq!(no_unsafe(&one("a.rs", &format!("fn f() {{ {word} {{}} }}"))).len(), 1);
        assert_eq!(
            no_unsafe(&one("a.rs", &format!("// {word}\n#![forbid({word}_code)]"))).len(),
            0
        );
        assert_eq!(no_unsafe(&one("a.md", word)).len(), 0);
    }

    #[test]
    fn machine_paths_are_found_but_not_web_addresses() {
        let path = concat!("/ho", "me/");
        assert_eq!(no_machine_paths(&one("a.md", &format!("cd {path}me/x"))).len(), 1);
        assert_eq!(no_machine_paths(&one("a.md", &format!("https://a.example{path}x"))).len(), 0);
    }

    #[test]
    fn links_lead_to_files_and_folders() {
        let mut files = one("docs/vault.md", "[a](../core/src/) [b](vault.md#bytes) [c](#here)");
        files.extend(one("core/src/lib.rs", ""));
        assert_eq!(links_resolve(&files), Vec::<String>::new());
        files.extend(one("README.md", "see [x](https://a.example/b) and [y](docs/valt.md)\n"));
        assert_eq!(links_resolve(&files), ["README.md:1: the link to docs/valt.md leads nowhere"]);
        files.extend(one("README.md", "```\n[y](docs/valt.md)\n```\n[y]: docs/none.md"));
        assert_eq!(links_resolve(&files).len(), 1);
    }
}
