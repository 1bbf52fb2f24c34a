use super::*;
#[test]
fn smoke() {
    for q in [
        "something spicy without meat",
        "a light dessert under 6 dollars",
        "kids",
        "no gluten drinks",
        "vegan breakfast",
        "nothing with nuts",
        "I'm allergic to shellfish, what can I eat",
        "dairy free",
        "lactose intolerant",
        "gluten-free pasta",
        "not too spicy",
        "cheap starters",
        "cold drinks without caffeine",
        "halal chicken",
        "less than 500 calories",
        "without onions",
        "no nuts, dairy or soy please",
        "under $6.50 burger",
        "nut and dairy free cake",
        "no name noodles",
        "hot and sour soup",
        "between 5 and 10 euros",
        "what can i get right now",
        "no nuts and fish tacos",
        "mushroom onion pizza with no cheese",
    ] {
        let p = parse(q, Manner::Search, &[]);
        println!(
            "{q:45} -> {:?} | rest={:?} only={}",
            p.findings
                .iter()
                .map(|f| format!("{}<{}>", f.label, &q[f.start..f.end]))
                .collect::<Vec<_>>(),
            p.rest,
            p.only_attributes
        );
    }
}
