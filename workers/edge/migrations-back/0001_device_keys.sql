-- The way back of 0001: every device key is gone with it.
DROP TABLE device_keys;
