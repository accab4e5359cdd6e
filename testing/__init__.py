"""The service: referrals, bookings, sittings, rating, results, offices, audit."""
