"""The steps inside the country, as decisions without hands: intake, depart, erase."""
