"""The checks, by theme: each public function puts one fact of the register to a bench."""
