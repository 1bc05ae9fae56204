//! A signature verdict cannot be bought.
