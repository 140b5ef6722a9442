//! Templates in files that have lines of their own.

use super::{GATEWAYS, open, template};
use lambda_api::template::{Function, Options};

#[test]
fn a_new_file_is_up_to_date() {
    let api = open(&[("GET", "/a")]);
    for gateway in GATEWAYS {
        let template = template(&api, &Options::new(gateway));
        let file = template.to_yaml();
        assert_eq!(template.update(&file).unwrap(), file, "{gateway:?}");
    }
}

#[test]
fn an_update_keeps_lines_outside_of_blocks() {
    for gateway in GATEWAYS {
        let options = Options::new(gateway);
        let file = template(&open(&[("GET", "/a")]), &options).to_yaml();
        let end = "  # lambda-api: end Function\n";
        let own = format!("{end}      Layers: [!Ref Own] # mine\n");
        let file = file
            .replace(end, &own)
            .replace("Resources:\n", "# mine\nResources:\n");
        let changed = open(&[("GET", "/b")]).function(Function::new().memory(1024));
        let changed = template(&changed, &options);
        let updated = changed.update(&file).unwrap();
        let expected = changed
            .to_yaml()
            .replace(end, &own)
            .replace("Resources:\n", "# mine\nResources:\n");
        assert_eq!(updated, expected, "{gateway:?}");
    }
}

#[test]
fn a_block_without_its_marker_is_an_error() {
    for gateway in GATEWAYS {
        let template = template(&open(&[("GET", "/a")]), &Options::new(gateway));
        let file = template.to_yaml();
        for marker in file.lines().filter(|line| line.contains("# lambda-api: ")) {
            let cut = file.replacen(&format!("{marker}\n"), "", 1);
            assert!(template.update(&cut).is_err(), "{marker}");
            let doubled =
                file.replacen(&format!("{marker}\n"), &format!("{marker}\n{marker}\n"), 1);
            assert!(template.update(&doubled).is_err(), "{marker}");
        }
    }
}
