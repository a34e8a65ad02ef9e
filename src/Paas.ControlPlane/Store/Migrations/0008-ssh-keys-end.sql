-- A key acts as the token or the person it was added by, and ends with it: a name can be given again, to somebody else.
DELETE FROM ssh_keys WHERE user <> 'root' AND user NOT IN (SELECT name FROM tokens UNION SELECT name FROM users);

CREATE TRIGGER ssh_keys_end_with_token AFTER DELETE ON tokens BEGIN
    DELETE FROM ssh_keys WHERE user = OLD.name;
END;

CREATE TRIGGER ssh_keys_end_with_user AFTER DELETE ON users BEGIN
    DELETE FROM ssh_keys WHERE user = OLD.name;
END;
