-- The way back of 0002: the device keys stay as they are. Where it is gone forward again, each
-- authority tells everything anew once `told` is taken away from its storage.
DROP TABLE read_model;
DROP TABLE audit;
DROP TABLE payments;
DROP TABLE orders;
