//! What is imported is exported, and what is exported can be imported: the same resources, the same bytes.

use crate::support::{Database, OLD, PROJECT, STOP, desktop, resource};
use std::collections::{BTreeMap, BTreeSet};
use untag_service::transfer::{ExportFilter, ImportEnding};
use untag_store::{ResourceKey, Store, Tags};

#[tokio::test]
async fn every_kind_of_text_comes_out_as_it_went_in() {
    let database = Database::new();
    let lines = concat!(
        r#"{"project_id":"p","resource_type":"desktop","resource_id":"..","tags":{},"sys_tags":{}}"#,
        "\n",
        r#"{"project_id":"p","resource_type":"desktop","resource_id":"a \"b\" \\ 中/😀","tags":{"é":"","中 文":"ü/ü"},"#,
        r#""sys_tags":{"_sys_enterprise_project_id":"0"}}"#,
        "\n",
        r#"{"project_id":"p","resource_type":"workspace","resource_id":"..","tags":{"_sys_odd":"a,b"," #%?&\"\\ ":"<>"},"#,
        r#""sys_tags":{"_sys_enterprise_project_id":"5AA119A8-d25b-45a7-8d1b-88e127885635"}}"#,
        "\n",
    );
    // The order of members is not the order of keys: ` ` comes before `_`.
    let sorted =
        lines.replace(r#""_sys_odd":"a,b"," #%?&\"\\ ":"<>""#, r#"" #%?&\"\\ ":"<>","_sys_odd":"a,b""#);
    let (report, seen) = database.import(lines, OLD).await;
    assert_eq!((report.ending, report.created, seen.text().as_str()), (ImportEnding::Complete, 3, ""));
    assert_eq!(database.export().await, sorted);

    let copy = Database::new();
    copy.import(sorted.clone(), OLD).await;
    assert_eq!(copy.export().await, sorted);
}

#[tokio::test]
async fn a_second_import_changes_nothing_and_a_third_only_what_is_new() {
    let database = Database::new();
    let text = desktop("a", r#""k":"1""#) + &desktop("b", "");
    let (first, _) = database.import(text.clone(), STOP).await;
    assert_eq!((first.created, first.changed, first.unchanged), (2, 0, 0));
    let before = database.export().await;

    let (second, _) = database.import(text, STOP).await;
    assert_eq!((second.created, second.changed, second.unchanged), (0, 0, 2));
    assert_eq!(database.export().await, before);

    let more = desktop("a", r#""k":"2","l":"3""#) + &desktop("b", "") + &desktop("c", "");
    let (third, _) = database.import(more, STOP).await;
    assert_eq!((third.created, third.changed, third.unchanged), (1, 1, 1));
    let after = database.export().await;
    assert!(after.contains(r#""tags":{"k":"2","l":"3"}"#), "{after}");
}

#[tokio::test]
async fn what_a_line_leaves_out_stays() {
    let database = Database::new();
    let id = format!(r#""project_id":"{PROJECT}","resource_type":"desktop","resource_id":"a""#);
    let line = format!(r#"{{{id},"tags":{{"k":"1"}},"sys_tags":{{"_sys_enterprise_project_id":"0"}}}}"#);
    assert_eq!(database.import(line, STOP).await.0.created, 1);
    let before = database.export().await;
    assert!(before.contains(r#""sys_tags":{"_sys_enterprise_project_id":"0"}"#), "{before}");

    let bare = format!("{{{id}}}");
    assert_eq!(database.import(bare, STOP).await.0.unchanged, 1);
    assert_eq!(database.export().await, before);
}

#[tokio::test]
async fn of_two_lines_about_one_resource_the_later_value_stays() {
    let text = desktop("a", r#""k":"1","l":"1""#) + &desktop("b", "") + &desktop("a", r#""k":"2","m":"2""#);
    let database = Database::new();
    let (report, _) = database.import(text, STOP).await;
    assert_eq!((report.lines, report.created, report.repeated), (3, 2, 1));
    let exported = database.export().await;
    assert!(exported.contains(r#""tags":{"k":"2","l":"1","m":"2"}"#), "{exported}");

    // The same from two batches: a thousand resources lie between the lines.
    let between: String = (0..1000).map(|id| desktop(format_args!("x{id}"), "")).collect();
    let text = desktop("a", r#""k":"1","l":"1""#) + &between + &desktop("a", r#""k":"2","m":"2""#);
    let apart = Database::new();
    let (report, seen) = apart.import(text, STOP).await;
    assert_eq!((report.created, report.changed, report.repeated, seen.progress.len()), (1001, 1, 0, 2));
    assert!(apart.export().await.contains(r#""tags":{"k":"2","l":"1","m":"2"}"#));
}

#[tokio::test]
async fn line_ends_blank_lines_and_a_byte_order_mark_make_no_difference() {
    let text = format!(
        "\u{feff}{}\r\n\r\n  \t\n{}\n{}",
        desktop("a", r#""k":"1""#).trim_end(),
        desktop("b", "").trim_end(),
        desktop("c", "").trim_end()
    );
    let database = Database::new();
    let (report, seen) = database.import(text, STOP).await;
    assert_eq!((report.lines, report.blank, report.created, report.bad), (5, 2, 3, 0), "{}", seen.text());
    assert!(report.is_success());
    let plain = Database::new();
    plain.import(desktop("a", r#""k":"1""#) + &desktop("b", "") + &desktop("c", ""), STOP).await;
    assert_eq!(database.export().await, plain.export().await);
}

#[tokio::test]
async fn nothing_in_is_nothing_out() {
    let database = Database::new();
    for text in ["", "\n", "\u{feff}"] {
        let (report, _) = database.import(text, STOP).await;
        assert!(report.is_success() && report.created == 0, "{report:?}");
    }
    assert_eq!(database.export().await, "");
}

#[tokio::test]
async fn ids_may_be_as_long_as_the_operation_that_names_them_allows() {
    let database = Database::new();
    let project = "中".repeat(255);
    let text = resource(&project, "desktop", "é".repeat(255), "")
        + &resource(&project, &"t".repeat(100), "i".repeat(100), "")
        + &desktop("k", &format!(r#""{}":"{}""#, "中".repeat(128), "中".repeat(255)));
    let (report, seen) = database.import(text, STOP).await;
    assert_eq!(report.created, 3, "{}", seen.text());
}

#[tokio::test]
async fn a_filter_leaves_out_the_rest() {
    let database = Database::new();
    let mut all = String::new();
    for project in ["p", "p0", "q"] {
        for kind in ["desktop", "desktops", "workspace"] {
            // More than a page, so that filters start and end in the midst of pages.
            for id in 100..500 {
                all += &resource(project, kind, id, "").replace("}\n", ",\"sys_tags\":{}}\n");
            }
        }
    }
    database.import(all.clone(), STOP).await;
    assert_eq!(database.export().await, all);

    for project in [None, Some("p"), Some("p0"), Some("q"), Some("o"), Some("z")] {
        for kind in [None, Some("desktop"), Some("desktops"), Some("workspace"), Some("none")] {
            let has = |member: &str, wanted: Option<&str>, line: &str| {
                wanted.is_none_or(|wanted| line.contains(&format!(r#""{member}":"{wanted}""#)))
            };
            let expected: String = all
                .split_inclusive('\n')
                .filter(|line| has("project_id", project, line) && has("resource_type", kind, line))
                .collect();
            let filter = ExportFilter {
                project_id: project.map(str::to_owned),
                resource_type: kind.map(str::to_owned),
            };
            assert_eq!(database.export_only(&filter).await, expected, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn any_set_of_resources_survives_the_way_out_and_in_and_out() {
    for seed in 0..40 {
        let mut random = Random(seed);
        let resources = random.resources();
        let database = Database::new();
        database.store.upsert(resources.clone().into_iter().collect()).await.unwrap();
        let exported = database.export().await;
        assert_eq!(exported.lines().count(), resources.len(), "seed {seed}");

        let copy = Database::new();
        let (report, seen) = copy.import(exported.clone(), OLD).await;
        assert!(report.is_success(), "seed {seed}: {}", seen.text());
        assert_eq!(report.created, resources.len() as u64, "seed {seed}");
        assert_eq!(copy.export().await, exported, "seed {seed}");
        let kept: BTreeMap<_, _> =
            copy.store.scan(None, usize::from(u16::MAX)).await.unwrap().into_iter().collect();
        assert!(kept == resources, "seed {seed}");
    }
}

/// splitmix64: the same seed gives the same resources.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }

    fn resources(&mut self) -> BTreeMap<ResourceKey, Tags> {
        let count = [0, 1, 2, 10, 300, 2500][self.below(6)];
        let types = ["desktop", "workspace", "中"];
        let mut ids = BTreeSet::new();
        while ids.len() < count {
            let project_id = format!("p{}", self.below(3));
            let resource_type = types[self.below(types.len())].to_owned();
            ids.insert(ResourceKey { project_id, resource_type, resource_id: self.text(1, 100) });
        }
        ids.into_iter().map(|key| (key, self.tags())).collect()
    }

    fn tags(&mut self) -> Tags {
        let tags = (0..self.below(6)).map(|_| (self.text(1, 128), self.text(0, 255))).collect();
        let mut sys_tags = BTreeMap::new();
        if self.below(3) == 0 {
            sys_tags.insert("_sys_enterprise_project_id".to_owned(), "0".to_owned());
        }
        Tags { tags, sys_tags }
    }

    /// Mostly short, and of any characters that are no control characters.
    fn text(&mut self, least: usize, most: usize) -> String {
        let most = if self.below(20) == 0 { most } else { 12 };
        let length = least + self.below(most - least + 1);
        (0..length).map(|_| self.character()).collect()
    }

    fn character(&mut self) -> char {
        const ODD: [char; 16] = [
            '"',
            '\\',
            '/',
            '%',
            '\'',
            '{',
            '}',
            ',',
            ':',
            '\u{feff}',
            '\u{2028}',
            '\u{fffd}',
            '\u{10ffff}',
            '\u{200d}',
            '\u{301}',
            '\u{e000}',
        ];
        match self.below(4) {
            0 => ODD[self.below(ODD.len())],
            1 => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap())
                .filter(|c| !c.is_control())
                .unwrap_or(' '),
            _ => char::from(b' ' + u8::try_from(self.below(95)).unwrap()),
        }
    }
}
