use super::*;
use proptest::{collection::vec, prelude::*};

fn block(name: &str, indent: usize, text: &str) -> Block {
    Block {
        name: name.to_owned(),
        indent,
        text: text.to_owned(),
    }
}

fn blocks() -> Vec<Block> {
    vec![
        block("Parameters", 0, "Parameters:\n  Pool: {Type: String}\n"),
        block(
            "Function",
            2,
            "  Function:\n    Type: AWS::Serverless::Function\n    Properties:\n      Timeout: 30\n",
        ),
        block("Api", 2, "  Api:\n    Type: AWS::Serverless::HttpApi\n"),
        block("Outputs", 0, ""),
    ]
}

const FILE: &str = "\
Parameters:
  Own: {Type: String}
# lambda-api: begin Outputs
# lambda-api: end Outputs
Resources:
  # lambda-api: begin Function
  # lambda-api: end Function
      MemorySize: 512

  # lambda-api: begin Api
    old
  # lambda-api: end Api
  Bucket:
    Type: AWS::S3::Bucket
";

/// A template without `Parameters`, for [`FILE`].
fn few() -> Vec<Block> {
    let mut blocks = blocks();
    blocks.remove(0);
    blocks
}

fn errors(blocks: &[Block], file: &str) -> String {
    update(blocks, file).unwrap_err().join("\n")
}

#[test]
fn a_new_file_has_all_blocks() {
    let expected = format!(
        "{HEADER}\
# lambda-api: begin Parameters
Parameters:
  Pool: {{Type: String}}
# lambda-api: end Parameters
Resources:
  # lambda-api: begin Function
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 30
  # lambda-api: end Function
  # lambda-api: begin Api
  Api:
    Type: AWS::Serverless::HttpApi
  # lambda-api: end Api
# lambda-api: begin Outputs
# lambda-api: end Outputs
"
    );
    assert_eq!(write(&blocks()), expected);
    assert_eq!(update(&blocks(), &expected), Ok(expected));
}

#[test]
fn only_lines_between_markers_change() {
    let expected = FILE
        .replace(
            "begin Function\n",
            &format!("begin Function\n{}", few()[0].text),
        )
        .replace("    old\n", &few()[1].text);
    for (file, expected) in [
        (FILE.to_owned(), expected.clone()),
        (FILE.replace('\n', "\r\n"), expected.replace('\n', "\r\n")),
        (format!("\u{feff}{FILE}"), format!("\u{feff}{expected}")),
        (
            format!("# \t tabs\t\n{FILE}  # no end of line"),
            format!("# \t tabs\t\n{expected}  # no end of line"),
        ),
    ] {
        assert_eq!(update(&few(), &file), Ok(expected));
    }
}

#[test]
fn text_in_another_form_is_no_marker() {
    for line in [
        "## lambda-api: begin Api",
        "#lambda-api: begin Api",
        "# lambda-api: begin  Api",
        "# lambda-api: begin Api here",
        "# lambda-api: begin NAME.",
        "# lambda-api: begin",
        "Description: \"# lambda-api: begin Api\"",
        "# Lambda-API: begin Api",
    ] {
        let file = format!("{line}\n{FILE}");
        let updated = update(&few(), &file).expect(line);
        assert!(updated.starts_with(&format!("{line}\n")), "{updated}");
    }
}

#[test]
fn errors_of_markers_name_the_line() {
    let marker = |kind: &str, name: &str| format!("  # lambda-api: {kind} {name}\n");
    for (from, to, expected) in [
        (
            marker("end", "Api"),
            String::new(),
            "line 10: block `Api` is not closed: add the line `  # lambda-api: end Api` below its last line",
        ),
        (
            marker("begin", "Api"),
            String::new(),
            "line 11: block `Api` ends and does not begin: add the line `  # lambda-api: begin Api` above its \
             first line, or delete this one",
        ),
        (
            marker("end", "Api"),
            marker("end", "Api").repeat(2),
            "line 13: block `Api` is closed twice, first in line 12: delete this line",
        ),
        (
            marker("begin", "Api"),
            marker("begin", "Api").repeat(2),
            "line 10: block `Api` is not closed: add the line `  # lambda-api: end Api` below its last line",
        ),
        (
            marker("end", "Api"),
            marker("end", "Api") + &marker("begin", "Api") + &marker("end", "Api"),
            "line 13: block `Api` is in the file twice, the first one in line 10: delete one",
        ),
        (
            marker("end", "Function"),
            marker("begin", "Old") + &marker("end", "Old") + &marker("end", "Function"),
            "lines 7 to 8: the template has no block `Old`: delete these lines\n\
             line 7: block `Old` begins inside block `Function` of lines 6 to 9: move it out",
        ),
        (
            marker("end", "Api"),
            format!("  {}", marker("end", "Api")),
            "line 12: the marker `# lambda-api: end Api` needs 2 spaces before it, found \"    \"",
        ),
        (
            "# lambda-api: begin Outputs\n".to_owned(),
            "\t# lambda-api: begin Outputs\n".to_owned(),
            "line 3: the marker `# lambda-api: begin Outputs` needs no indentation, found \"\\t\"",
        ),
    ] {
        let file = FILE.replacen(&from, &to, 1);
        assert_eq!(errors(&few(), &file), expected, "{file}");
    }
}

#[test]
fn a_missing_block_shows_its_lines() {
    let mut more = few();
    more.insert(1, block("FunctionLogs", 2, "  FunctionLogs:\n"));
    assert_eq!(
        errors(&more, FILE),
        "block `FunctionLogs` is missing: add these lines below line 8\n  \
         # lambda-api: begin FunctionLogs\n  \
         # lambda-api: end FunctionLogs"
    );
    let file = FILE.replace(
        "  # lambda-api: begin Function\n  # lambda-api: end Function\n",
        "",
    );
    let file = file.replace(
        "# lambda-api: begin Outputs\n# lambda-api: end Outputs\n",
        "",
    );
    let file = file.replace("      MemorySize: 512\n", "");
    assert_eq!(
        errors(&few(), &file),
        "block `Function` is missing: add these lines below line 3\n  \
         # lambda-api: begin Function\n  \
         # lambda-api: end Function\n\
         block `Outputs` is missing: add these lines at the end of the file\n\
         # lambda-api: begin Outputs\n\
         # lambda-api: end Outputs"
    );
}

#[test]
fn a_file_without_markers_stays() {
    let text = errors(&few()[..1], "Resources:\n  Function: {}\n");
    assert_eq!(
        text,
        "the file has no line `# lambda-api: begin NAME`, so there is no place for generated lines: choose \
         another file, or add these lines where each block belongs\n  \
         # lambda-api: begin Function\n  \
         # lambda-api: end Function"
    );
}

#[test]
fn second_definitions_are_errors() {
    for (from, to, expected) in [
        (
            "  Bucket:",
            "  Api:",
            "line 13: `Api` is defined here and in block `Api`: rename or delete it here",
        ),
        (
            "  Bucket:",
            "  \"Api\" : # again",
            "line 13: `Api` is defined here and in block `Api`: rename or delete it here",
        ),
        (
            "      MemorySize: 512",
            "      Timeout: 3",
            "line 8: `Timeout` is defined here and in block `Function`: delete it here, or set it in the \
             program",
        ),
        (
            "  Bucket:",
            "Resources:",
            "line 13: `Resources:` is in the file twice, first in line 5",
        ),
        (
            "Resources:",
            "Conditions:",
            "the file has no line `Resources:`\n\
             line 6: block `Function` belongs below `Resources:`, found below `Conditions:`\n\
             line 10: block `Api` belongs below `Resources:`, found below `Conditions:`",
        ),
    ] {
        let file = FILE.replacen(from, to, 1);
        assert_eq!(errors(&few(), &file), expected, "{file}");
    }
    let file = format!("# lambda-api: begin Parameters\n# lambda-api: end Parameters\n{FILE}");
    assert_eq!(
        errors(&blocks(), &file),
        "line 3: `Parameters` is defined here and in block `Parameters`: delete this line, and move the lines \
         below it behind the end of the block"
    );
}

#[test]
fn generated_values_are_not_continued() {
    let blocks = [block(
        "Api",
        2,
        "  Api:\n    Properties:\n      Body:\n        paths:\n          /me:\n            get: {}\n",
    )];
    for (line, expected) in [
        (
            "        paths: {}",
            Some("`paths` is defined here and in block `Api`"),
        ),
        (
            "            get: {}",
            Some("`get` is defined here and in block `Api`"),
        ),
        (
            "            put: {}",
            Some("this line would belong to the last value of block `Api`"),
        ),
        (
            "        - item",
            Some("this line would belong to the last value of block `Api`"),
        ),
        ("      ? Body", Some("write the key without `?`")),
        ("      Other:\n        paths: {}", None),
        ("      # paths: {}", None),
    ] {
        let file =
            format!("Resources:\n  # lambda-api: begin Api\n  # lambda-api: end Api\n\n{line}\n");
        let updated = update(&blocks, &file);
        match expected {
            Some(expected) => {
                let errors = updated.unwrap_err().join("\n");
                assert!(errors.contains(expected), "{line}: {errors}");
            }
            None => assert!(updated.is_ok(), "{line}: {updated:?}"),
        }
    }
}

#[test]
fn equal_keys_elsewhere_are_allowed() {
    for lines in [
        "  Other:\n    Properties:\n      Timeout: 1\n      Api: {}\n",
        "  Bucket2:\n    # Api:\n    Properties:\n      Text: |\n        Api:\n",
    ] {
        let file = format!("{FILE}{lines}");
        assert!(update(&few(), &file).is_ok(), "{lines}");
    }
}

#[test]
fn all_errors_are_reported_in_order() {
    let file = FILE
        .replace("  # lambda-api: end Api\n", "")
        .replace("# lambda-api: end Outputs\n", "")
        .replace("MemorySize", "Timeout");
    assert_eq!(
        errors(&few(), &file),
        "line 3: block `Outputs` is not closed: add the line `# lambda-api: end Outputs` below its last line\n\
         line 7: `Timeout` is defined here and in block `Function`: delete it here, or set it in the program\n\
         line 9: block `Api` is not closed: add the line `  # lambda-api: end Api` below its last line"
    );
}

/// Lines of a user, which define nothing that a block defines.
fn user_lines(indent: &'static str) -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[ \t]*# [a-z:# ]{0,20}",
        "[ ]{4}own[A-Z]{1,3}: [a-zA-Z\":'|> \t]{0,20}",
        Just("# lambda-api: begin Api.".to_owned()),
        "own[A-Z]{1,3}: [a-z{}\"]{0,9}",
    ];
    let line = (line, prop_oneof![Just("\n"), Just("\r\n")])
        .prop_map(move |(line, end)| format!("{indent}{line}{end}"));
    vec(line, 0..6).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn lines_of_the_user_survive(
        bom in prop_oneof![Just(""), Just("\u{feff}")],
        parts in (user_lines(""), user_lines("  "), user_lines("  "), user_lines("")),
        old in "[a-zA-Z: \n]{0,30}",
        last in "(# [a-z]{0,5})?",
    ) {
        let (first, second, third, fourth) = parts;
        let file = |function: &str, api: &str| format!(
            "{bom}{first}Resources:\n{second}  # lambda-api: begin Function\r\n{function}  \
             # lambda-api: end Function  \r\n{third}  # lambda-api: begin Api\n{api}  \
             # lambda-api: end Api\n{fourth}{last}"
        );
        let blocks = &few()[..2];
        let old = if old.is_empty() { old } else { old + "\n" };
        let updated = update(blocks, &file(&old, "")).expect("an update");
        let function = blocks[0].text.replace('\n', "\r\n");
        prop_assert_eq!(&updated, &file(&function, &blocks[1].text));
        prop_assert_eq!(update(blocks, &updated), Ok(updated));
    }

    /// Whatever a file has, an update ends and is repeatable.
    #[test]
    fn an_update_is_idempotent(lines in vec(
        prop_oneof![
            (any::<bool>(), prop_oneof![Just("Api"), Just("Function"), Just("Outputs"), Just("Old")])
                .prop_map(|(begins, name)| {
                    let indent = if name == "Outputs" { "" } else { "  " };
                    let kind = if begins { "begin" } else { "end" };
                    format!("{indent}# lambda-api: {kind} {name}")
                }),
            Just("Resources:".to_owned()),
            "[ ]{0,6}[A-Za-z\"':\u{e9}]{0,6}: ?[a-z]{0,3}",
            any::<String>(),
        ],
        0..12,
    )) {
        let file = lines.join("\n");
        if let Ok(updated) = update(&few(), &file) {
            prop_assert_eq!(update(&few(), &updated), Ok(updated));
        }
    }
}
