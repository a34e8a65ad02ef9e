fn main() {
    println!("{}", greeting::greet("check"));
}
