<?php

require __DIR__ . '/../vendor/autoload.php';

echo Greeting\Greeter::greet('PHP');
