//! What holds of every program that is right by construction.

use crate::generate::program;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_programs_have_no_mistakes(text in program()) {
        let (_, messages) = crate::parse(&text);
        prop_assert!(messages.is_empty(), "{text}\n{messages:#?}");
    }

    #[test]
    fn generated_programs_are_laid_out(text in program()) {
        if let Err(why) = crate::format::judge(&text) {
            prop_assert!(false, "{why}");
        }
    }
}
