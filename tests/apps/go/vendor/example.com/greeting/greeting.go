package greeting

// Greet says hello.
func Greet(name string) string { return "Hello from " + name }
