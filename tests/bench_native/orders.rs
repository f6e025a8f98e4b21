//! The browser benchmark's documents in BSON: orders with a customer, items and tags.

use tussock::value::{DocumentBuf, ValueRef};

const CATEGORIES: [&str; 8] = [
    "books", "music", "garden", "toys", "tools", "sports", "food", "shoes",
];
const COUNTRIES: [&str; 10] = ["AT", "BE", "CH", "DE", "DK", "ES", "FR", "IT", "NL", "SE"];
const STATUSES: [&str; 6] = ["new", "paid", "packed", "shipped", "delivered", "returned"];
const TAGS: [&str; 6] = ["gift", "express", "fragile", "b2b", "promo", "repeat"];

/// Uniform numbers from a seed (xorshift).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    pub fn double(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }
}

/// Order `number` of a database of `count`: about 700 bytes.
pub fn order(number: u64, count: u64) -> DocumentBuf {
    let mut random = Random::new(number + 1);
    let buyer = random.below((count / 10).max(1));
    let second = (number * 48271 + 7919) % count + 1_600_000_000;
    let mut document = DocumentBuf::new();
    document.append("_id", order_id(number).as_str());
    document.append("orderNo", format!("ORD-{number:09}").as_str());
    document.append("status", random.of(&STATUSES));
    document.append("customerId", customer_id(buyer).as_str());
    document.append_document("customer", |customer| {
        customer.append("name", "Clara Hofer");
        customer.append(
            "email",
            format!("clara.hofer.{buyer}@mail.example.com").as_str(),
        );
        let mut address = customer.document("address");
        address.append(
            "street",
            format!("{} Market Street", random.below(240)).as_str(),
        );
        address.append("city", "Leipzig");
        address.append("country", random.of(&COUNTRIES));
        address.append("zip", format!("{}", 10000 + random.below(89999)).as_str());
    });
    let mut total = 0.0;
    document.append_array("items", |items| {
        for _ in 0..=random.below(4) {
            let qty = 1 + random.below(5) as i32;
            let price = (99 + random.below(19900)) as f64 / 100.0;
            total += f64::from(qty) * price;
            let mut item = items.document();
            item.append("sku", format!("SKU-{:06}", random.below(100_000)).as_str());
            item.append("category", random.of(&CATEGORIES));
            item.append("qty", qty);
            item.append("price", price);
        }
    });
    document.append_array("tags", |tags| {
        for tag in TAGS {
            if random.below(5) == 0 {
                tags.push(tag);
            }
        }
    });
    document.append("total", total);
    document.append("score", random.double());
    document.append("bucket", (number % 10) as i32);
    document.append("rev", 1);
    document.append("flag", false);
    document.append("ts", second as i32);
    document.append("createdAt", ValueRef::Date(second as i64 * 1000));
    document.append(
        "note",
        "leave the parcel with the neighbours if nobody answers",
    );
    document
}

/// `_id` of an order: 24 hex digits, scattered.
pub fn order_id(number: u64) -> String {
    format!("{:016x}{number:08x}", Random::new(number ^ 0x51).next())
}

/// The id of a customer as orders hold it.
pub fn customer_id(number: u64) -> String {
    format!("C{number:07}")
}

/// `count` orders.
pub fn orders(count: u64) -> Vec<DocumentBuf> {
    (0..count).map(|number| order(number, count)).collect()
}
