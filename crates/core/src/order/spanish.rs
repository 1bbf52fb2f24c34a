//! Words of food and size in Spanish, for menus that print them in English. Only what a menu knows
//! none of is read so, and only where it knows the English word.

/// Without accents, singular where that is how they are said of food too.
#[rustfmt::skip]
const WORDS: &[(&str, &[&str])] = &[
    // what is left off or put on
    ("cebolla", &["onion"]), ("cebollin", &["scallion", "chive"]), ("ajo", &["garlic"]),
    ("tomate", &["tomato"]), ("jitomate", &["tomato"]), ("lechuga", &["lettuce"]),
    ("aguacate", &["avocado", "guacamole"]), ("palta", &["avocado"]), ("pepino", &["cucumber"]),
    ("pepinillo", &["pickle"]), ("pimiento", &["pepper"]), ("pimienta", &["pepper"]),
    ("champinon", &["mushroom"]), ("hongo", &["mushroom"]), ("seta", &["mushroom"]),
    ("aceituna", &["olive"]), ("espinaca", &["spinach"]), ("zanahoria", &["carrot"]),
    ("maiz", &["corn"]), ("elote", &["corn"]), ("papa", &["potato", "fries"]),
    ("patata", &["potato", "fries"]), ("frijol", &["bean"]), ("arroz", &["rice"]),
    ("repollo", &["cabbage", "slaw"]), ("rabano", &["radish"]), ("albahaca", &["basil"]),
    ("perejil", &["parsley"]), ("jengibre", &["ginger"]), ("cacahuate", &["peanut"]),
    ("nuez", &["walnut", "nut"]), ("almendra", &["almond"]), ("ajonjoli", &["sesame"]),
    ("queso", &["cheese"]), ("crema", &["cream"]), ("mantequilla", &["butter"]),
    ("mayonesa", &["mayo"]), ("mostaza", &["mustard"]), ("salsa", &["sauce"]),
    ("miel", &["honey"]), ("azucar", &["sugar"]), ("sal", &["salt"]), ("canela", &["cinnamon"]),
    ("hielo", &["ice"]), ("leche", &["milk"]), ("harina", &["flour"]), ("vainilla", &["vanilla"]),
    ("chocolate", &["chocolate"]), ("caramelo", &["caramel"]), ("picante", &["spicy", "hot"]),
    // meat and fish
    ("pollo", &["chicken"]), ("carne", &["beef", "steak", "meat"]), ("res", &["beef"]),
    ("bistec", &["steak"]), ("puerco", &["pork"]), ("cerdo", &["pork"]), ("jamon", &["ham"]),
    ("tocino", &["bacon"]), ("salchicha", &["sausage"]), ("pavo", &["turkey"]),
    ("cordero", &["lamb"]), ("pescado", &["fish"]), ("atun", &["tuna"]), ("salmon", &["salmon"]),
    ("camaron", &["shrimp"]), ("gamba", &["shrimp"]), ("huevo", &["egg"]),
    // fruit
    ("limon", &["lemon", "lime"]), ("naranja", &["orange"]), ("manzana", &["apple"]),
    ("pina", &["pineapple"]), ("fresa", &["strawberry"]), ("platano", &["banana"]),
    ("durazno", &["peach"]), ("coco", &["coconut"]), ("uva", &["grape"]), ("sandia", &["watermelon"]),
    ("tamarindo", &["tamarind"]), ("guayaba", &["guava"]), ("frambuesa", &["raspberry"]),
    // dishes and drinks
    ("hamburguesa", &["hamburger", "burger"]), ("ensalada", &["salad"]), ("sopa", &["soup"]),
    ("pan", &["bread"]), ("galleta", &["cookie"]), ("pastel", &["cake"]), ("helado", &["ice cream"]),
    ("agua", &["water"]), ("jugo", &["juice"]), ("zumo", &["juice"]), ("cafe", &["coffee"]),
    ("te", &["tea"]), ("cerveza", &["beer"]), ("vino", &["wine"]), ("refresco", &["soda"]),
    ("limonada", &["lemonade"]), ("coca", &["coke"]), ("alita", &["wing"]), ("plato", &["plate"]),
    ("tazon", &["bowl"]), ("sandwich", &["sandwich"]),
    // sizes
    ("grande", &["large"]), ("mediano", &["medium"]), ("mediana", &["medium"]),
    ("chico", &["small"]), ("chica", &["small"]), ("pequeno", &["small"]),
    ("pequena", &["small"]), ("doble", &["double"]),
];

/// What a word without accents means in English, likeliest first.
pub(super) fn english(word: &str) -> &'static [&'static str] {
    let singular = [word.strip_suffix("es"), word.strip_suffix('s')];
    let forms = std::iter::once(word).chain(singular.into_iter().flatten());
    let mut meant = forms.filter_map(|form| WORDS.iter().find(|(spanish, _)| *spanish == form));
    meant.next().map_or(&[], |(_, english)| english)
}
