"""Who hears what and when: reminders, messages, channels, delivery, the ticks of the clock."""
