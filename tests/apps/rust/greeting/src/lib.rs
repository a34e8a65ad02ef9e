pub fn greet(name: &str) -> String {
    format!("Hello from {name}\n")
}
