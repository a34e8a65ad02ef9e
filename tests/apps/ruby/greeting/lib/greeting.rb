require "greeting/native"
