//! Stories of people in front of a browser.

mod administering;
mod arriving;
mod asking;
mod changing;
mod chronology;
mod debating;
mod finding_hosts;
mod hiding;
mod internal;
mod internal_rooms;
mod leaving;
mod mail_addresses;
mod mapping;
mod moving;
mod overtaking;
mod reading;
mod referring;
mod replying;
mod second_factor;
mod sending_back;
mod setting_up;
mod sign_ins;
mod signing_in;
mod strangers;
mod writing;
