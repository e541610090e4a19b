-- Until when it is to be assumed, by all processes, that some who are connected were not told of what waits for them.
CREATE TABLE hint_losses (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    until_s INTEGER NOT NULL
) STRICT;
