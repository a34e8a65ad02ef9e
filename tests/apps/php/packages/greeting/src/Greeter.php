<?php

namespace Greeting;

final class Greeter
{
    public static function greet(string $name): string
    {
        return mb_convert_case('hello', MB_CASE_TITLE) . " from $name\n";
    }
}
