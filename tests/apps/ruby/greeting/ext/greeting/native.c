#include <ruby.h>

static VALUE hello(VALUE self, VALUE who)
{
    return rb_sprintf("Hello from %" PRIsVALUE "\n", who);
}

void Init_native(void)
{
    rb_define_module_function(rb_define_module("Greeting"), "hello", hello, 1);
}
